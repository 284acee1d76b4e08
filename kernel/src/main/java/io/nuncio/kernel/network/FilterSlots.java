package io.nuncio.kernel.network;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;

import java.util.List;

/// How a connection goes through its network filters: bytes in from the first to the last, bytes
/// out from the last to the first, everything else in order. Functions over the connection's array,
/// since an object around it would be one more for each idle connection.
final class FilterSlots {
    static final FilterSlot[] NONE = {};

    private FilterSlots() {}

    /// All slots stand before the first filter is made.
    static FilterSlot[] make(SocketConnection connection, List<NetworkFilterTemplate> templates) {
        FilterSlot[] slots = new FilterSlot[templates.size()];
        for (int index = 0; index < slots.length; index++) {
            slots[index] = new FilterSlot(connection, index);
        }
        for (int index = 0; index < slots.length; index++) {
            slots[index].create(templates.get(index));
        }
        return slots;
    }

    /// Offers `data` to the filters from `first` on, until one stops or ends the connection. A
    /// filter learns of the connection when the one before it lets it through.
    static void read(
            FilterSlot[] slots,
            SocketConnection connection,
            int first,
            Buffer data,
            boolean endStream) {
        for (int index = first; index < slots.length; index++) {
            FilterSlot slot = slots[index];
            if (!slot.started) {
                slot.started = true;
                if (slot.filter().onNewConnection() == NetworkOutcome.STOP
                        || connection.notReading()) {
                    return;
                }
            }
            if (data.isEmpty() && !endStream) {
                continue;
            }
            if (slot.filter().onData(data, endStream) == NetworkOutcome.STOP
                    || connection.notReading()) {
                return;
            }
        }
    }

    /// Offers `data` to the filters from `last` back to the first.
    ///
    /// @return true if it is to be sent
    static boolean write(
            FilterSlot[] slots,
            SocketConnection connection,
            int last,
            Buffer data,
            boolean endStream) {
        for (int index = last; index >= 0; index--) {
            if (slots[index].filter().onWrite(data, endStream) == NetworkOutcome.STOP
                    || connection.notReading()) {
                return false;
            }
        }
        return true;
    }

    /// One that throws hides the event from nobody. The connection may end on the way: all have
    /// learnt of that by then, and those that are left do not hear that it stands.
    static void tell(FilterSlot[] slots, SocketConnection connection, ConnectionEvent event) {
        for (FilterSlot slot : slots) {
            if (connection.overtaken(event)) {
                return;
            }
            try {
                slot.filter().onEvent(event);
            } catch (Throwable failure) {
                connection.filterFailed(failure);
            }
        }
    }

    /// @param above true for the high watermark, false for the low one
    static void tellWatermark(FilterSlot[] slots, boolean above) {
        for (FilterSlot slot : slots) {
            NetworkFilter filter = slot.filter();
            if (above) {
                filter.onAboveWriteBufferHighWatermark();
            } else {
                filter.onBelowWriteBufferLowWatermark();
            }
        }
    }

    static void tellDrain(FilterSlot[] slots) {
        for (FilterSlot slot : slots) {
            slot.filter().onDrain();
        }
    }
}
