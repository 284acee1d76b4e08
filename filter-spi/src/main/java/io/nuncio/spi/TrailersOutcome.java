package io.nuncio.spi;

/// What the chain does after a filter saw trailers or an informational response. Only a
/// [LocalReply] allocates.
public sealed interface TrailersOutcome permits TrailersOutcome.Flow, LocalReply {
    /// On to the next filter (Envoy: Continue).
    TrailersOutcome CONTINUE = Flow.CONTINUE;

    /// Stay here until [Stream#resume] (Envoy: StopIteration).
    TrailersOutcome PAUSE = Flow.PAUSE;

    /// The outcomes that carry nothing.
    enum Flow implements TrailersOutcome {
        CONTINUE,
        PAUSE
    }
}
