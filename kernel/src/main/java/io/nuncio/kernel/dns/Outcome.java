package io.nuncio.kernel.dns;

import java.net.InetAddress;
import java.util.List;

/// What the name servers said about one record type of a name.
sealed interface Outcome {
    /// @param ttlSeconds the smallest of the records
    record Found(List<InetAddress> addresses, long ttlSeconds) implements Outcome {}

    /// There is no such name, or it has no such records.
    record Nothing() implements Outcome {}

    /// @param timeout true if no server answered
    record Failure(String reason, boolean timeout) implements Outcome {}
}
