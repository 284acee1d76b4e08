package io.nuncio.spi;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/// A method of a gRPC service, usually a constant.
///
/// @param service with its package, such as `envoy.service.auth.v3.Authorization`
/// @param name such as `Check`
/// @param responses reads the messages that come back
public record GrpcMethod<Q extends MessageLite, R extends MessageLite>(
        String service, String name, Parser<R> responses) {
    /// As the request's path has it.
    public String path() {
        return "/" + service + "/" + name;
    }
}
