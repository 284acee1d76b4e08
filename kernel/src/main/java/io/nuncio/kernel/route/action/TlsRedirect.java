package io.nuncio.kernel.route.action;

import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

/// Sends the client to the same place over TLS.
public record TlsRedirect() implements RouteEntry.DirectResponse {
    @Override
    public int status() {
        return 301;
    }

    @Override
    public String location(RequestHeaders headers) {
        return "https://" + headers.authority() + headers.path();
    }

    @Override
    public String body() {
        return "";
    }
}
