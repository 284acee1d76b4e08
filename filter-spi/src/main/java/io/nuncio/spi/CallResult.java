package io.nuncio.spi;

/// What came of a call over HTTP. Any status is a response.
public sealed interface CallResult permits CallResponse, CallFailure {}
