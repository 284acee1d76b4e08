package io.nuncio.spi;

/// A text in the filter state that keeps the upstream connections of those who share it
/// ([SharedState]) apart: only streams with equal texts have the same connection (Envoy:
/// HashableStringAccessor). Immutable; any worker.
///
/// It is of the platform, not of a bundle, since it is part of what upstream connections are told
/// apart by: those live on when a bundle is swapped, and both its generations must mean the same.
public record HashableText(String text) implements FilterStateObject {
    @Override
    public boolean keepsConnectionsApart() {
        return true;
    }
}
