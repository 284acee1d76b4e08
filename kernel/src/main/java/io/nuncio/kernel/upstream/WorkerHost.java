package io.nuncio.kernel.upstream;

/// What one worker has for one host: its counts and its connections. Thread: that worker; the
/// counts may be read by any.
record WorkerHost(HostCounts counts, Http1Pool http1) {}
