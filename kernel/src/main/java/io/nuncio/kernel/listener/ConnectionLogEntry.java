package io.nuncio.kernel.listener;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.StreamInfo;

/// What a listener's access log prints of a connection that has ended, or never became one.
record ConnectionLogEntry(StreamInfo info) implements FormatContext {}
