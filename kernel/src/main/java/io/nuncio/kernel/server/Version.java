package io.nuncio.kernel.server;

/// What this build is.
public final class Version {
    /// Nuncio's own version.
    public static final String NUNCIO = "0.1.0";

    /// The version of Envoy's API that the configuration follows.
    public static final String ENVOY_API = "1.34.0";

    private Version() {}

    /// Such as `nuncio 0.1.0/Envoy API 1.34.0/Java 25`.
    public static String line() {
        return "nuncio "
                + NUNCIO
                + "/Envoy API "
                + ENVOY_API
                + "/Java "
                + Runtime.version().feature();
    }
}
