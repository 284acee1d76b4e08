package io.nuncio.kernel.lease;

/// What is lent to compiled configurations: one generation of a bundle. Thread: main.
public interface Leased {
    /// The bundle's symbolic name.
    String bundle();

    /// One more holds it.
    void retain();

    /// One that held it has let go.
    void release();
}
