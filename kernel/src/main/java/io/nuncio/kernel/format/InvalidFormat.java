package io.nuncio.kernel.format;

/// Why a format cannot be compiled; the message is for a person.
final class InvalidFormat extends Exception {
    InvalidFormat(String message) {
        super(message, null, false, false);
    }
}
