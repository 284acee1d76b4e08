package io.nuncio.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestQueryParamMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestTrailerMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseTrailerMatchInput;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInput.Availability;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.testkit.FakeFactoryContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpInputsTest {
    private final TestMatch match = new TestMatch();
    private final FakeFactoryContext context = new FakeFactoryContext();

    @Test
    void theValuesOfAHeaderAreJoined() {
        MatchInput input = requestHeader("foo");
        match.request = RequestHeaders.of("GET", "http", "host", "/");
        assertThat(input.value(match)).isNull();
        match.request.add(HeaderName.of("foo"), "bar");
        match.request.add(HeaderName.of("foo"), "baz");
        assertThat(input.value(match)).isEqualTo("bar,baz");
    }

    @Test
    void headersThatHaveNotComeLeaveItUndecided() {
        MatchInput request = requestHeader("foo");
        MatchInput response =
                new HttpInputs.ResponseHeader()
                        .configure(
                                HttpResponseHeaderMatchInput.newBuilder()
                                        .setHeaderName("foo")
                                        .build(),
                                context);
        match.request = RequestHeaders.of("GET", "http", "host", "/");
        assertThat(request.availability(match)).isEqualTo(Availability.ALL);
        assertThat(response.availability(match)).isEqualTo(Availability.NONE);
        match.response = ResponseHeaders.of(200);
        assertThat(response.availability(match)).isEqualTo(Availability.ALL);
    }

    @Test
    void trailersThatHaveNotComeLeaveItUndecided() {
        assertThat(
                        new HttpInputs.RequestTrailer()
                                .configure(
                                        HttpRequestTrailerMatchInput.newBuilder()
                                                .setHeaderName("foo")
                                                .build(),
                                        context)
                                .availability(match))
                .isEqualTo(Availability.NONE);
        assertThat(
                        new HttpInputs.ResponseTrailer()
                                .configure(
                                        HttpResponseTrailerMatchInput.newBuilder()
                                                .setHeaderName("foo")
                                                .build(),
                                        context)
                                .availability(match))
                .isEqualTo(Availability.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "/p?a=1&b=2, b, 2",
        "/p?b=1&b=2, b, 1",
        "/p?b, b, ''",
        "/p?b=, b, ''",
        "/p?x%2Dy=a%20b, x-y, a b",
        "/p?b=%zz, b, %zz",
        "/p?ab=1, b,",
        "/p, b,",
        "/p#?b=1, b,"
    })
    void aQueryParameterIsTheFirstOfItsName(String path, String name, String value) {
        match.request = RequestHeaders.of("GET", "http", "host", path);
        MatchInput input =
                new HttpInputs.QueryParameter()
                        .configure(
                                HttpRequestQueryParamMatchInput.newBuilder()
                                        .setQueryParam(name)
                                        .build(),
                                context);
        assertThat(input.value(match)).isEqualTo(value);
    }

    @Test
    void aStatusIsItsNumberOrItsClass() {
        match.response = ResponseHeaders.of(404);
        assertThat(
                        new HttpInputs.StatusCode()
                                .configure(
                                        HttpResponseStatusCodeMatchInput.getDefaultInstance(),
                                        context)
                                .value(match))
                .isEqualTo("404");
        assertThat(
                        new HttpInputs.StatusCodeClass()
                                .configure(
                                        HttpResponseStatusCodeClassMatchInput.getDefaultInstance(),
                                        context)
                                .value(match))
                .isEqualTo("4xx");
    }

    @Test
    void aNameThatIsNoHeaderIsReported() {
        requestHeader("no header");
        assertThat(context.reported())
                .containsExactly("header_name: was `no header`, expected the name of a header");
    }

    private MatchInput requestHeader(String name) {
        return new HttpInputs.RequestHeader()
                .configure(
                        HttpRequestHeaderMatchInput.newBuilder().setHeaderName(name).build(),
                        context);
    }
}
