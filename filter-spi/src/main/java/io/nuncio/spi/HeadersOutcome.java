package io.nuncio.spi;

/// What the chain does after a filter saw headers. Only a [LocalReply] allocates.
public sealed interface HeadersOutcome permits HeadersOutcome.Flow, LocalReply {
    /// On to the next filter (Envoy: Continue).
    HeadersOutcome CONTINUE = Flow.CONTINUE;

    /// On to the next filter, which sees `endStream` false: this filter adds a body by
    /// [Stream#inject] (Envoy: ContinueAndDontEndStream).
    HeadersOutcome CONTINUE_WITHOUT_END = Flow.CONTINUE_WITHOUT_END;

    /// Stay here; body and trailers still come to this filter. Go on with [Stream#resume] or by
    /// returning [DataOutcome#CONTINUE] (Envoy: StopIteration).
    HeadersOutcome PAUSE = Flow.PAUSE;

    /// Stay here and buffer what follows; over the buffer limit the stream is refused (Envoy:
    /// StopAllIterationAndBuffer).
    HeadersOutcome PAUSE_ALL_AND_BUFFER = Flow.PAUSE_ALL_AND_BUFFER;

    /// Stay here and buffer what follows; over the buffer limit the sender is slowed down (Envoy:
    /// StopAllIterationAndWatermark).
    HeadersOutcome PAUSE_ALL_AT_WATERMARK = Flow.PAUSE_ALL_AT_WATERMARK;

    /// The outcomes that carry nothing.
    enum Flow implements HeadersOutcome {
        CONTINUE,
        CONTINUE_WITHOUT_END,
        PAUSE,
        PAUSE_ALL_AND_BUFFER,
        PAUSE_ALL_AT_WATERMARK
    }
}
