package io.nuncio.kernel.extension;

/// What an operator sees of one installed generation of a bundle.
///
/// @param sha256 the digest of its jar
/// @param serving false if another generation serves and this one waits for its last users
/// @param leases how many compiled configurations hold it
public record GenerationStatus(
        BundleManifest manifest, String sha256, boolean serving, int leases) {}
