package io.nuncio.spi;

/// What the chain does after a filter saw a piece of a body. Only a [LocalReply] allocates.
public sealed interface DataOutcome permits DataOutcome.Flow, LocalReply {
    /// On to the next filter, with headers and buffered data first if they were held back (Envoy:
    /// Continue).
    DataOutcome CONTINUE = Flow.CONTINUE;

    /// Keep the data in the stream's buffer; over the buffer limit the stream is refused: 413 for a
    /// request, 500 for a response (Envoy: StopIterationAndBuffer).
    DataOutcome BUFFER = Flow.BUFFER;

    /// Keep the data in the stream's buffer; over the buffer limit the sender is slowed down
    /// (Envoy: StopIterationAndWatermark).
    DataOutcome HOLD_AT_WATERMARK = Flow.HOLD_AT_WATERMARK;

    /// Go no further with this piece, and do not keep it; the filter has taken what it needs
    /// (Envoy: StopIterationNoBuffer).
    DataOutcome DROP = Flow.DROP;

    /// The outcomes that carry nothing.
    enum Flow implements DataOutcome {
        CONTINUE,
        BUFFER,
        HOLD_AT_WATERMARK,
        DROP
    }
}
