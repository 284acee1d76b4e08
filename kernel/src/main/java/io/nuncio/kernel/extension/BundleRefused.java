package io.nuncio.kernel.extension;

/// A bundle that cannot be used; the message tells a person why, without the jar's name.
public final class BundleRefused extends Exception {
    private static final long serialVersionUID = 1;

    BundleRefused(String message) {
        super(message);
    }

    BundleRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
