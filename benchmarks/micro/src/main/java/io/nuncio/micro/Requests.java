package io.nuncio.micro;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

/// Requests as browsers send them: eight headers.
final class Requests {
    private Requests() {}

    static RequestHeaders browser(String path) {
        return browser("www.example.com:8080", path);
    }

    static RequestHeaders browser(String host, String path) {
        RequestHeaders request = RequestHeaders.of("GET", "http", host, path);
        add(
                request,
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
        add(request, "accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        add(request, "accept-language", "en-US,en;q=0.5");
        add(request, "accept-encoding", "gzip, deflate");
        add(request, "cookie", "session=0123456789abcdef; theme=dark");
        add(request, "x-forwarded-proto", "http");
        return request;
    }

    private static void add(RequestHeaders request, String name, String value) {
        request.add(HeaderName.of(name), value);
    }
}
