package io.nuncio.spi;

import static io.nuncio.spi.HeaderName.CONNECTION;
import static io.nuncio.spi.HeaderName.CONTENT_LENGTH;
import static io.nuncio.spi.HeaderName.PATH;
import static io.nuncio.spi.HeaderName.STATUS;
import static io.nuncio.spi.HeaderName.USER_AGENT;
import static io.nuncio.spi.HeaderName.VIA;
import static io.nuncio.spi.HeaderName.X_FORWARDED_FOR;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.spi.internal.Internal;
import io.nuncio.spi.internal.LoopThread;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class HeaderMapTest {
    private static final HeaderName X_ONE = HeaderName.of("x-one");
    private static final HeaderName X_TWO = HeaderName.of("x-two");

    private final RequestHeaders headers = new RequestHeaders();

    @Test
    void anEmptyMapHasNothing() {
        assertThat(headers.isEmpty()).isTrue();
        assertThat(headers.size()).isZero();
        assertThat(headers.get(VIA)).isNull();
        assertThat(headers.get(VIA, "none")).isEqualTo("none");
        assertThat(headers.getAll(X_ONE)).isEmpty();
        assertThat(headers.getJoined(X_ONE)).isNull();
        assertThat(headers.next(-1)).isEqualTo(-1);
    }

    @Test
    void orderAndDuplicatesAreKept() {
        headers.add(X_ONE, "1");
        headers.add(VIA, "a");
        headers.add(X_ONE, "2");
        headers.add(VIA, "b");
        assertThat(headers).hasToString("x-one: 1\nvia: a\nx-one: 2\nvia: b\n");
        assertThat(headers.getAll(VIA)).containsExactly("a", "b");
        assertThat(headers.getJoined(X_ONE)).isEqualTo("1, 2");
        assertThat(headers.get(X_ONE)).isEqualTo("1");
    }

    @Test
    void pseudoHeadersComeFirst() {
        headers.add(VIA, "a");
        headers.path("/");
        headers.method("GET");
        assertThat(headers).hasToString(":method: GET\n:path: /\nvia: a\n");
    }

    @Test
    void aPseudoHeaderHasOneValue() {
        headers.add(PATH, "/a");
        headers.add(PATH, "/much/longer");
        assertThat(headers.getAll(PATH)).containsExactly("/much/longer");
        assertThat(headers.size()).isEqualTo(1);
    }

    @Test
    void aPseudoHeaderOfAnotherMapIsRefused() {
        assertThatThrownBy(() -> headers.set(STATUS, "200"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void setReplacesInPlaceAndRemovesTheOthers() {
        headers.add(X_ONE, "1");
        headers.add(VIA, "a");
        headers.add(X_ONE, "2");
        headers.set(X_ONE, "much longer than before");
        headers.set(VIA, "");
        assertThat(headers).hasToString("x-one: much longer than before\nvia: \n");
    }

    @Test
    void aRemovedNameIsGone() {
        headers.add(X_ONE, "1");
        headers.add(VIA, "a");
        headers.add(VIA, "b");
        assertThat(headers.remove(VIA)).isTrue();
        assertThat(headers.remove(VIA)).isFalse();
        assertThat(headers.contains(VIA)).isFalse();
        assertThat(headers.size()).isEqualTo(1);
        assertThat(headers.byteSize()).isEqualTo("x-one1".length());
    }

    @Test
    void oneEntryOfSeveralCanBeRemoved() {
        headers.add(VIA, "a");
        headers.add(VIA, "b");
        headers.add(VIA, "c");
        headers.removeEntry(headers.findAfter(headers.find(VIA), VIA));
        assertThat(headers.getAll(VIA)).containsExactly("a", "c");
        headers.removeEntry(headers.find(VIA));
        assertThat(headers.getAll(VIA)).containsExactly("c");
        headers.removeEntry(headers.find(VIA));
        assertThat(headers.contains(VIA)).isFalse();
    }

    @Test
    void entriesAreRemovedByCondition() {
        headers.add(X_ONE, "1");
        headers.add(VIA, "a");
        headers.add(X_TWO, "1");
        assertThat(headers.removeIf((name, value) -> value.equals("1"))).isEqualTo(2);
        assertThat(headers).hasToString("via: a\n");
    }

    @Test
    void valuesCompareWithoutMakingStrings() {
        headers.add(CONNECTION, "Keep-Alive");
        assertThat(headers.is(CONNECTION, "Keep-Alive")).isTrue();
        assertThat(headers.is(CONNECTION, "keep-alive")).isFalse();
        assertThat(headers.isIgnoreCase(CONNECTION, "keep-ALIVE")).isTrue();
        assertThat(headers.isIgnoreCase(CONNECTION, "keep-aliv")).isFalse();
        assertThat(headers.startsWith(CONNECTION, "Keep")).isTrue();
        assertThat(headers.is(VIA, "")).isFalse();
    }

    @Test
    void listsHaveMembers() {
        headers.add(CONNECTION, "upgrade , Close");
        headers.add(CONNECTION, ",x");
        assertThat(headers.containsToken(CONNECTION, "close")).isTrue();
        assertThat(headers.containsToken(CONNECTION, "UPGRADE")).isTrue();
        assertThat(headers.containsToken(CONNECTION, "x")).isTrue();
        assertThat(headers.containsToken(CONNECTION, "clos")).isFalse();
        assertThat(headers.containsToken(VIA, "x")).isFalse();
    }

    @Test
    void numbersAreReadAndWritten() {
        headers.setLong(CONTENT_LENGTH, 0);
        assertThat(headers.getLong(CONTENT_LENGTH, -1)).isZero();
        headers.setLong(CONTENT_LENGTH, 1234567890123L);
        assertThat(headers.get(CONTENT_LENGTH)).isEqualTo("1234567890123");
        assertThat(headers.getLong(CONTENT_LENGTH, -1)).isEqualTo(1234567890123L);
        for (String text : new String[] {"", "+1", "-1", "1 ", "0x1", "9999999999999999999"}) {
            headers.set(CONTENT_LENGTH, text);
            assertThat(headers.getLong(CONTENT_LENGTH, -1)).as(text).isEqualTo(-1);
        }
    }

    @Test
    void valuesAreExtended() {
        headers.appendValue(X_FORWARDED_FOR, ",", "1.1.1.1");
        headers.appendValue(X_FORWARDED_FOR, ",", "2.2.2.2");
        assertThat(headers.get(X_FORWARDED_FOR)).isEqualTo("1.1.1.1,2.2.2.2");
        assertThat(headers.size()).isEqualTo(1);
    }

    @Test
    void aValueWithLineEndsOrNulIsRefused() {
        for (String bad : new String[] {"a\rb", "a\nb", "\u0000", "\u010d", "\u20ac"}) {
            assertThatThrownBy(() -> headers.set(VIA, bad))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> headers.add(VIA, bad))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> headers.appendValue(VIA, "", bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void latin1PassesUnchanged() {
        headers.set(VIA, "\u00ff\u0080\t~");
        assertThat(headers.get(VIA)).isEqualTo("\u00ff\u0080\t~");
        assertThat(headers.is(VIA, "\u00ff\u0080\t~")).isTrue();
    }

    @Test
    void rawBytesAreLoweredAndValidated() {
        assertThat(addRaw("User-Agent", "curl")).isTrue();
        assertThat(addRaw("X-One", "Value")).isTrue();
        assertThat(addRaw(":path", "/")).isTrue();
        assertThat(addRaw("bad name", "x")).isFalse();
        assertThat(addRaw("", "x")).isFalse();
        assertThat(addRaw(":", "x")).isFalse();
        assertThat(addRaw(":status", "200")).isFalse();
        assertThat(addRaw(":other", "x")).isFalse();
        assertThat(addRaw("x", "a\nb")).isFalse();
        assertThat(headers).hasToString(":path: /\nuser-agent: curl\nx-one: Value\n");
        assertThat(headers.is(USER_AGENT, "curl")).isTrue();
        assertThat(headers.contains(X_ONE)).isTrue();
    }

    private boolean addRaw(String name, String value) {
        byte[] bytes = (name + value).getBytes(StandardCharsets.ISO_8859_1);
        return headers.addRaw(bytes, 0, name.length(), name.length(), value.length());
    }

    @Test
    void aBlockIsAdoptedInPlace() {
        byte[] block =
                "/p host.example\r\nvia: a\r\nx-one:  b \r\n".getBytes(StandardCharsets.ISO_8859_1);
        int start = headers.reserve(Internal.KEY, block.length);
        System.arraycopy(block, 0, headers.array(), start, block.length);
        headers.reserved(Internal.KEY, start + block.length);
        headers.adoptPseudo(Internal.KEY, PATH, start, 2);
        headers.adoptPseudo(Internal.KEY, HeaderName.AUTHORITY, start + 3, 12);
        headers.adopt(Internal.KEY, start + 17, 3, start + 22, 1, true);
        headers.adopt(Internal.KEY, start + 25, 5, start + 33, 1, false);
        assertThat(headers).hasToString(":authority: host.example\n:path: /p\nvia: a\nx-one: b\n");
        headers.set(VIA, "longer");
        headers.set(PATH, "/longer");
        assertThat(headers)
                .hasToString(":authority: host.example\n:path: /longer\nvia: longer\nx-one: b\n");
    }

    @Test
    void whatIsReadyForTheWireIsSo() {
        headers.add(VIA, "a");
        headers.add(X_ONE, "value");
        headers.set(VIA, "longer than before");
        headers.set(X_ONE, "v");
        headers.setLong(CONTENT_LENGTH, 12);
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            assertThat(headers.wireReady(entry)).isTrue();
            int start = headers.nameStart(entry);
            int end = headers.valueStart(entry) + headers.valueLength(entry) + 2;
            assertThat(new String(headers.array(), start, end - start, StandardCharsets.ISO_8859_1))
                    .isEqualTo(headers.nameOf(entry) + ": " + headers.valueOf(entry) + "\r\n");
        }
    }

    @Test
    void copiesAreIndependent() {
        headers.path("/");
        headers.add(X_ONE, "1");
        RequestHeaders copy = RequestHeaders.copyOf(headers);
        assertThat(copy).isEqualTo(headers).hasSameHashCodeAs(headers);
        copy.set(X_ONE, "2");
        assertThat(headers.get(X_ONE)).isEqualTo("1");
        assertThat(copy).isNotEqualTo(headers);
    }

    @Test
    void valuesComeFromAnotherMap() {
        var response = new ResponseHeaders();
        response.add(VIA, "a");
        response.add(VIA, "b");
        headers.add(VIA, "old");
        headers.setCopyOf(VIA, response);
        headers.addCopyOf(X_ONE, response);
        assertThat(headers.getAll(VIA)).containsExactly("a", "b");
        assertThat(headers.copyValue(VIA, X_TWO)).isTrue();
        assertThat(headers.copyValue(X_ONE, X_TWO)).isFalse();
        assertThat(headers.get(X_TWO)).isEqualTo("a");
        headers.setCopyOf(VIA, new ResponseHeaders());
        assertThat(headers.contains(VIA)).isFalse();
    }

    @Test
    void aClearedMapIsAsNew() {
        headers.path("/");
        headers.add(VIA, "a");
        headers.add(X_ONE, "a");
        headers.clear();
        assertThat(headers).isEqualTo(new RequestHeaders());
        assertThat(headers.byteSize()).isZero();
        headers.add(VIA, "b");
        assertThat(headers).hasToString("via: b\n");
    }

    @Test
    void aReleasedMapIsEmptyAndCanBeUsedAgain() {
        headers.path("/");
        headers.add(VIA, "a");
        headers.release(Internal.KEY);
        assertThat(headers).isEqualTo(new RequestHeaders());
        assertThat(headers.get(VIA)).isNull();
        assertThat(headers.next(-1)).isEqualTo(-1);
        headers.release(Internal.KEY);
        assertThat(RequestHeaders.copyOf(headers).isEmpty()).isTrue();
        headers.clear();
        headers.add(X_ONE, "1");
        headers.path("/b");
        headers.add(VIA, "b");
        assertThat(headers).hasToString(":path: /b\nx-one: 1\nvia: b\n");
        headers.release(Internal.KEY);
        headers.method("GET");
        assertThat(headers).hasToString(":method: GET\n");
    }

    @Test
    void theNextMapOfALoopHasTheMemoryOfAReleasedOne() throws InterruptedException {
        List<String> seen = new ArrayList<>();
        Runnable work =
                () -> {
                    var first = new RequestHeaders();
                    first.path("/secret");
                    first.add(VIA, "secret");
                    byte[] memory = first.array();
                    first.release(Internal.KEY);
                    var second = new ResponseHeaders();
                    seen.add(second.array() == memory ? "same memory" : "other memory");
                    seen.add("second " + second);
                    second.add(VIA, "b");
                    seen.add("first " + first);
                    seen.add("other " + (new RequestHeaders().array() != memory));
                };
        var loop = new LoopThread(work, "test", 2);
        loop.start();
        loop.join();
        assertThat(seen).containsExactly("same memory", "second ", "first ", "other true");
    }

    @Test
    void manyEntriesAreFound() {
        for (int index = 0; index < 300; index++) {
            headers.add(HeaderName.of("x-" + index), "v" + index);
        }
        headers.add(VIA, "a");
        headers.add(VIA, "b");
        assertThat(headers.get(HeaderName.of("x-299"))).isEqualTo("v299");
        assertThat(headers.getAll(VIA)).containsExactly("a", "b");
        assertThat(headers.remove(VIA)).isTrue();
        assertThat(headers.find(VIA)).isEqualTo(-1);
    }

    @Test
    void aValueThatChangesForeverTakesBoundedMemory() {
        headers.add(VIA, "a");
        for (int index = 0; index < 10_000; index++) {
            headers.set(X_ONE, "v".repeat(index % 100));
            headers.set(X_TWO, "v".repeat(100 - index % 100));
        }
        assertThat(headers.array().length).isLessThan(10_000);
        assertThat(headers.get(VIA)).isEqualTo("a");
    }

    @Test
    void thePathIsReadWithoutItsQuery() {
        headers.path("/a/b?c=/d");
        assertThat(headers.pathWithoutQuery()).isEqualTo("/a/b");
        assertThat(headers.pathLength()).isEqualTo(4);
        assertThat(headers.pathEquals(bytes("/a/b"))).isTrue();
        assertThat(headers.pathEquals(bytes("/a/b?"))).isFalse();
        assertThat(headers.pathStartsWith(bytes("/a"))).isTrue();
        assertThat(headers.pathStartsWith(bytes("/a/b?c"))).isFalse();
        assertThat(headers.pathStartsWith(bytes("/b"))).isFalse();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theMethodIsAConstantOrWhatWasSet() {
        assertThat(headers.method()).isEmpty();
        headers.method("GET");
        assertThat(headers.method()).isSameAs("GET");
        headers.method("BREW");
        assertThat(headers.method()).isEqualTo("BREW");
        assertThat(headers.methodIs("BREW")).isTrue();
    }

    @Test
    void theStatusFollowsItsHeader() {
        var response = new ResponseHeaders();
        assertThat(response.status()).isZero();
        response.status(200);
        assertThat(response.status()).isEqualTo(200);
        response.set(STATUS, "404");
        assertThat(response.status()).isEqualTo(404);
        response.set(STATUS, "99");
        assertThat(response.status()).isZero();
        response.status(503);
        response.remove(STATUS);
        assertThat(response.status()).isZero();
        assertThat(ResponseHeaders.of(204)).hasToString(":status: 204\n");
    }

    @Test
    void aSetOfNamesIsRemovedWithAllItsValues() {
        var map = new ResponseHeaders();
        map.add(HeaderName.VIA, "1");
        map.add(HeaderName.VIA, "2");
        map.add(HeaderName.of("x-mine"), "3");
        map.add(HeaderName.of("x-other"), "4");
        map.removeAll(HeaderNames.of(HeaderName.VIA, HeaderName.DATE, HeaderName.of("x-mine")));
        assertThat(map.size()).isEqualTo(1);
        assertThat(map.get(HeaderName.of("x-other"))).isEqualTo("4");
        map.removeAll(HeaderNames.of());
        assertThat(map.size()).isEqualTo(1);
    }
}
