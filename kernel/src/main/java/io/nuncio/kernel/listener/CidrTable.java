package io.nuncio.kernel.listener;

import io.nuncio.spi.IpRange;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/// Values by address range; the longest prefix that contains an address wins.
final class CidrTable<T> {
    /// What stands for an address that is none, such as a Unix socket's: as in Envoy, the range of
    /// all addresses applies to it too.
    private static final byte[] NO_ADDRESS = {-1, -1, -1, -1};

    private record Row<T>(IpRange range, T value) {}

    private final List<Row<T>> rows = new ArrayList<>();
    private @Nullable T any;

    /// The value of exactly that range, made if there is none yet.
    ///
    /// @param range null for the value of addresses that are in no range
    T at(@Nullable IpRange range, Supplier<T> maker) {
        if (range == null) {
            T value = any;
            if (value == null) {
                value = maker.get();
                any = value;
            }
            return value;
        }
        for (Row<T> row : rows) {
            if (row.range.equals(range)) {
                return row.value;
            }
        }
        T made = maker.get();
        rows.add(new Row<>(range, made));
        rows.sort(Comparator.comparingInt((Row<T> row) -> -row.range.length()));
        return made;
    }

    boolean hasRanges() {
        return !rows.isEmpty();
    }

    /// The value without a range, null if there is none.
    @Nullable T any() {
        return any;
    }

    /// @param address null if there is none
    @Nullable T find(@Nullable InetAddress address) {
        if (address == null && any != null) {
            return any;
        }
        byte[] bytes = address == null ? NO_ADDRESS : address.getAddress();
        for (Row<T> row : rows) {
            if (row.range.contains(bytes)) {
                return row.value;
            }
        }
        return any;
    }
}
