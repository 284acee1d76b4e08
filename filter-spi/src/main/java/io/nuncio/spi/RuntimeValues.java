package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// Values that operators change while the server runs (Envoy: the layered runtime,
/// `docs/root/configuration/operations/runtime.rst`).
///
/// A value is asked for by its key once, on the main thread, when a configuration is compiled; what
/// comes back is read on any thread, as often as one likes, and always gives the newest value, or
/// the default where no layer has the key or where its value is of another kind. An empty key
/// always gives the default.
@ProviderType
public interface RuntimeValues {
    /// No key has a value.
    RuntimeValues UNSET = new UnsetRuntime();

    /// An unsigned integer; of a fraction such as 3.7 the whole part.
    LongSupplier integer(String key, long defaultValue);

    DoubleSupplier number(String key, double defaultValue);

    /// A feature flag: `true` or `false`, or a number, of which all but 0 is true.
    BooleanSupplier flag(String key, boolean defaultValue);

    /// A share of what passes by. A value that is a plain integer is a percentage.
    RuntimeFraction fraction(RuntimeFractionalPercent percent);
}
