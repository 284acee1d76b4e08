package io.nuncio.spi;

import com.google.protobuf.MessageLite;

/// What came of a call with one message each way.
public sealed interface GrpcResult<R extends MessageLite> {
    /// The answer, with status OK.
    record Message<R extends MessageLite>(R message) implements GrpcResult<R> {}

    /// No answer.
    record Failure<R extends MessageLite>(GrpcStatus status) implements GrpcResult<R> {}
}
