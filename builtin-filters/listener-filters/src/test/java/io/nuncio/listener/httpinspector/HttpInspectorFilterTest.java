package io.nuncio.listener.httpinspector;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

/// What the inspector finds in the first bytes of a connection.
class HttpInspectorFilterTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final FakeFactoryContext context = new FakeFactoryContext();

    private FakeAcceptedSocket socket() {
        return new FakeAcceptedSocket(new FakeWorker())
                .pass(
                        new HttpInspectorExtension()
                                .configure(HttpInspector.getDefaultInstance(), context));
    }

    private long stat(String name) {
        return context.counter("http_inspector." + name);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void receiveByteByByte(FakeAcceptedSocket socket, String text) {
        for (byte each : bytes(text)) {
            socket.receive(new byte[] {each});
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /anything HTTP/1.0, http/1.0, http10_found",
        "GET /anything HTTP/1.1, http/1.1, http11_found",
        "GET  /anything  HTTP/1.1, http/1.1, http11_found",
        "NOT_A_LEGAL_PREFIX /anything HTTP/1.0, http/1.0, http10_found",
        "BAD * HTTP/1.1, http/1.1, http11_found",
        "GET /anything HTTP/0.9, http/1.0, http10_found",
        "GET /anything, http/1.0, http10_found",
        "GET http://a.example:80/b?c HTTP/1.1, http/1.1, http11_found",
        "CONNECT a.example:443 HTTP/1.1, http/1.1, http11_found",
        "PRI * HTTP/1.1, http/1.1, http11_found"
    })
    void aRequestLineIsHttpWholeOrByteByByte(String line, String protocol, String counter) {
        String request = line + "\r\nhost: a\r\n\r\n";
        FakeAcceptedSocket whole = socket().receive(bytes(request));
        FakeAcceptedSocket pieces = socket();
        receiveByteByByte(pieces, request);

        assertThat(whole.state()).isEqualTo(State.PASSED);
        assertThat(whole.applicationProtocols()).containsExactly(protocol);
        assertThat(whole.left()).isEqualTo(bytes(request));
        assertThat(pieces.applicationProtocols()).containsExactly(protocol);
        assertThat(pieces.left()).isEqualTo(bytes(request));
        assertThat(stat(counter)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /anything HTTP/1.1 BadRequestLine\r\n",
                "\r\n\r\n\r\n",
                "\r\nGET /anything HTTP/1.1\r\n",
                "GET\r\n",
                "G@T / HTTP/1.1\r\n",
                "GET anything HTTP/1.1\r\n",
                "GET http://a@@b/ HTTP/1.1\r\n",
                "GET / HTTQ/1.1\r\n",
                "\u0016\u0003\u0001\n"
            })
    void whatIsNoRequestLinePassesAndIsCounted(String text) {
        FakeAcceptedSocket whole = socket().receive(bytes(text));
        FakeAcceptedSocket pieces = socket();
        receiveByteByByte(pieces, text);

        assertThat(whole.state()).isEqualTo(State.PASSED);
        assertThat(pieces.state()).isEqualTo(State.PASSED);
        assertThat(whole.applicationProtocols()).isEmpty();
        assertThat(stat("http_not_found")).isEqualTo(2);
    }

    @Test
    void thePrefaceOfHttp2IsH2c() {
        FakeAcceptedSocket whole = socket().receive(bytes(PREFACE + "frames"));
        FakeAcceptedSocket pieces = socket();
        receiveByteByByte(pieces, PREFACE);

        assertThat(whole.applicationProtocols()).containsExactly("h2c");
        assertThat(pieces.applicationProtocols()).containsExactly("h2c");
        assertThat(stat("http2_found")).isEqualTo(2);
    }

    @Test
    void aPartOfThePrefaceDoesNotDecideYet() {
        FakeAcceptedSocket socket = socket().receive(bytes("PRI * HTTP/2.0\r\n"));

        assertThat(socket.state()).isEqualTo(State.WAITING);
        assertThat(stat("http_not_found")).isZero();
    }

    @Test
    void tlsIsNotLookedInto() {
        var tls = new FakeAcceptedSocket(new FakeWorker());
        tls.info().transportProtocol("tls");

        tls.pass(
                new HttpInspectorExtension()
                        .configure(HttpInspector.getDefaultInstance(), context));

        assertThat(tls.state()).isEqualTo(State.PASSED);
    }

    @Test
    void aLongRequestLineIsReadUpTo64Kilobytes() {
        String path = "/a".repeat(20_000);

        assertThat(socket().receive(bytes("GET " + path + " HTTP/1.1\r\n")).applicationProtocols())
                .containsExactly("http/1.1");

        FakeAcceptedSocket endless = socket().receive(bytes("GET /" + "a".repeat(64 * 1024)));
        assertThat(endless.state()).isEqualTo(State.CLOSED);
        assertThat(stat("read_error")).isEqualTo(1);
    }
}
