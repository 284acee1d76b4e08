package io.nuncio.matching;

import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestQueryParamMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestTrailerMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseTrailerMatchInput;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInputFactory;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;
import java.util.function.IntFunction;

/// Inputs that read an HTTP stream. Headers that have not come yet leave a match undecided.
public final class HttpInputs {
    private HttpInputs() {}

    /// A request header.
    @Extension(
            name = "envoy.matching.inputs.request_headers",
            type = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class RequestHeader
            implements MatchInputFactory<HttpRequestHeaderMatchInput> {
        @Override
        public MatchInput configure(HttpRequestHeaderMatchInput config, FactoryContext context) {
            return header(config.getHeaderName(), MatchContext::requestHeaders, context);
        }
    }

    /// A request trailer.
    @Extension(
            name = "envoy.matching.inputs.request_trailers",
            type = "envoy.type.matcher.v3.HttpRequestTrailerMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class RequestTrailer
            implements MatchInputFactory<HttpRequestTrailerMatchInput> {
        @Override
        public MatchInput configure(HttpRequestTrailerMatchInput config, FactoryContext context) {
            return header(config.getHeaderName(), MatchContext::requestTrailers, context);
        }
    }

    /// A response header.
    @Extension(
            name = "envoy.matching.inputs.response_headers",
            type = "envoy.type.matcher.v3.HttpResponseHeaderMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class ResponseHeader
            implements MatchInputFactory<HttpResponseHeaderMatchInput> {
        @Override
        public MatchInput configure(HttpResponseHeaderMatchInput config, FactoryContext context) {
            return header(config.getHeaderName(), MatchContext::responseHeaders, context);
        }
    }

    /// A response trailer.
    @Extension(
            name = "envoy.matching.inputs.response_trailers",
            type = "envoy.type.matcher.v3.HttpResponseTrailerMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class ResponseTrailer
            implements MatchInputFactory<HttpResponseTrailerMatchInput> {
        @Override
        public MatchInput configure(HttpResponseTrailerMatchInput config, FactoryContext context) {
            return header(config.getHeaderName(), MatchContext::responseTrailers, context);
        }
    }

    /// The first value of a query parameter.
    @Extension(
            name = "envoy.matching.inputs.query_params",
            type = "envoy.type.matcher.v3.HttpRequestQueryParamMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class QueryParameter
            implements MatchInputFactory<HttpRequestQueryParamMatchInput> {
        @Override
        public MatchInput configure(
                HttpRequestQueryParamMatchInput config, FactoryContext context) {
            String name = config.getQueryParam();
            return new StreamInput(
                    MatchContext::requestHeaders,
                    match ->
                            match.requestHeaders() == null
                                    ? null
                                    : QueryText.first(match.requestHeaders().path(), name));
        }
    }

    /// The status of the response.
    @Extension(
            name = "envoy.matching.inputs.status_code_input",
            type = "envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class StatusCode
            implements MatchInputFactory<HttpResponseStatusCodeMatchInput> {
        @Override
        public MatchInput configure(
                HttpResponseStatusCodeMatchInput config, FactoryContext context) {
            return status(status -> Integer.toString(status));
        }
    }

    /// The class of the response's status, such as `2xx`.
    @Extension(
            name = "envoy.matching.inputs.status_code_class_input",
            type = "envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput",
            category = Category.MATCHER_INPUT)
    public static final class StatusCodeClass
            implements MatchInputFactory<HttpResponseStatusCodeClassMatchInput> {
        @Override
        public MatchInput configure(
                HttpResponseStatusCodeClassMatchInput config, FactoryContext context) {
            return status(status -> status < 100 || status > 599 ? null : status / 100 + "xx");
        }
    }

    /// All values of a header, joined by commas.
    private static MatchInput header(
            String name,
            Function<MatchContext, ? extends @Nullable HeaderMap> headers,
            FactoryContext context) {
        HeaderName header;
        try {
            header = HeaderName.of(name);
        } catch (IllegalArgumentException wrong) {
            context.problems().at("header_name").expected("the name of a header").found(name);
            return match -> null;
        }
        return new StreamInput(
                headers,
                match -> {
                    HeaderMap map = headers.apply(match);
                    return map == null ? null : joined(map, header);
                });
    }

    private static @Nullable String joined(HeaderMap headers, HeaderName name) {
        int first = headers.find(name);
        if (first < 0) {
            return null;
        }
        return headers.findAfter(first, name) < 0
                ? headers.valueOf(first)
                : String.join(",", headers.getAll(name));
    }

    private static MatchInput status(IntFunction<@Nullable String> text) {
        return new StreamInput(
                MatchContext::responseHeaders,
                match ->
                        match.responseHeaders() == null
                                ? null
                                : text.apply(match.responseHeaders().status()));
    }

    /// An input that is available as soon as some headers are.
    private record StreamInput(
            Function<MatchContext, ? extends @Nullable HeaderMap> headers,
            Function<MatchContext, @Nullable String> text)
            implements MatchInput {
        @Override
        public Availability availability(MatchContext context) {
            return headers.apply(context) == null ? Availability.NONE : Availability.ALL;
        }

        @Override
        public @Nullable Object value(MatchContext context) {
            return text.apply(context);
        }
    }
}
