package io.nuncio.kernel.format;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.ZoneId;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What formats read besides a stream: clocks, the machine's name, environment variables.
///
/// @param nanoTime the clock of [io.nuncio.spi.Worker#nanoTime]
/// @param hostname null if it is not known
/// @param environment finds environment variables
public record FormatEnvironment(
        LongSupplier currentTimeMillis,
        LongSupplier nanoTime,
        ZoneId localZone,
        Supplier<@Nullable String> hostname,
        Function<String, @Nullable String> environment,
        Supplier<String> uniqueId) {
    /// The process's own.
    public static FormatEnvironment system() {
        return new FormatEnvironment(
                System::currentTimeMillis,
                System::nanoTime,
                ZoneId.systemDefault(),
                FormatEnvironment::machineName,
                System::getenv,
                FormatEnvironment::randomUuid);
    }

    private static @Nullable String machineName() {
        String name = System.getenv("HOSTNAME");
        if (name != null && !name.isEmpty()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return null;
        }
    }

    private static String randomUuid() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = random.nextLong() & 0xffff_ffff_ffff_0fffL | 0x4000L;
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
