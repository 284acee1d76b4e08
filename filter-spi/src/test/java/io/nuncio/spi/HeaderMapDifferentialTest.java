package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.internal.Internal;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random operations on a map and on the simplest thing that could be one: a list of pairs.
class HeaderMapDifferentialTest {
    private static final int ROUNDS = 300;
    private static final int STEPS = 200;

    private record Pair(HeaderName name, String value) {}

    private final List<HeaderName> names =
            List.of(
                    HeaderName.PATH,
                    HeaderName.METHOD,
                    HeaderName.VIA,
                    HeaderName.COOKIE,
                    HeaderName.CONTENT_LENGTH,
                    HeaderName.TRACEPARENT,
                    HeaderName.of("x-a"),
                    HeaderName.of("x-b"),
                    HeaderName.of("y"));

    @Test
    void aMapDoesWhatAListOfPairsDoes() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            compare(new Random(seed), "seed " + seed);
        }
    }

    private void compare(Random random, String label) {
        var map = new RequestHeaders();
        List<Pair> model = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            HeaderName name = names.get(random.nextInt(names.size()));
            String value = "v".repeat(random.nextInt(12)) + random.nextInt(5);
            switch (random.nextInt(10)) {
                case 0 -> {
                    map.set(name, value);
                    set(model, name, value);
                }
                case 1, 2, 3 -> {
                    map.add(name, value);
                    add(model, name, value);
                }
                case 4 -> {
                    boolean removed = map.remove(name);
                    assertThat(model.removeIf(pair -> pair.name().equals(name))).isEqualTo(removed);
                }
                case 5 -> {
                    map.appendValue(name, ",", value);
                    String first = map.get(name);
                    int at = indexOf(model, name);
                    if (at >= 0 && !model.get(at).value().isEmpty()) {
                        model.set(at, new Pair(name, model.get(at).value() + "," + value));
                    } else {
                        set(model, name, value);
                    }
                    assertThat(first).isEqualTo(model.get(indexOf(model, name)).value());
                }
                case 6 -> {
                    if (!model.isEmpty()) {
                        int victim = random.nextInt(model.size());
                        map.removeEntry(entryAt(map, sorted(model), sorted(model).get(victim)));
                        model.remove(sorted(model).get(victim));
                    }
                }
                case 7 -> {
                    map.setLong(name, value.length());
                    set(model, name, String.valueOf(value.length()));
                }
                case 8 -> {
                    HeaderName target = names.get(random.nextInt(names.size()));
                    int from = indexOf(model, name);
                    assertThat(map.copyValue(name, target)).isEqualTo(from >= 0);
                    if (from >= 0 && !name.equals(target)) {
                        set(model, target, model.get(from).value());
                    }
                }
                default -> {
                    if (random.nextInt(20) == 0) {
                        if (random.nextBoolean()) {
                            map.clear();
                        } else {
                            map.release(Internal.KEY);
                        }
                        model.clear();
                    }
                }
            }
            check(map, model, label + " step " + step);
        }
    }

    private static int entryAt(HeaderMap map, List<Pair> sorted, Pair victim) {
        int place = sorted.indexOf(victim);
        int entry = map.next(-1);
        while (place-- > 0) {
            entry = map.next(entry);
        }
        return entry;
    }

    private static void set(List<Pair> model, HeaderName name, String value) {
        int at = indexOf(model, name);
        if (at < 0) {
            model.add(new Pair(name, value));
            return;
        }
        model.set(at, new Pair(name, value));
        for (int index = model.size() - 1; index > at; index--) {
            if (model.get(index).name().equals(name)) {
                model.remove(index);
            }
        }
    }

    private static void add(List<Pair> model, HeaderName name, String value) {
        if (name.pseudo()) {
            set(model, name, value);
        } else {
            model.add(new Pair(name, value));
        }
    }

    private static int indexOf(List<Pair> model, HeaderName name) {
        for (int index = 0; index < model.size(); index++) {
            if (model.get(index).name().equals(name)) {
                return index;
            }
        }
        return -1;
    }

    private static List<Pair> sorted(List<Pair> model) {
        List<Pair> sorted = new ArrayList<>();
        for (HeaderName pseudo : List.of(HeaderName.METHOD, HeaderName.PATH)) {
            model.stream().filter(pair -> pair.name().equals(pseudo)).forEach(sorted::add);
        }
        model.stream().filter(pair -> !pair.name().pseudo()).forEach(sorted::add);
        return sorted;
    }

    private void check(HeaderMap map, List<Pair> model, String label) {
        List<Pair> entries = new ArrayList<>();
        int bytes = 0;
        for (int entry = map.next(-1); entry >= 0; entry = map.next(entry)) {
            entries.add(new Pair(map.nameOf(entry), map.valueOf(entry)));
            bytes += map.nameOf(entry).length() + map.valueLength(entry);
        }
        assertThat(entries).as(label).isEqualTo(sorted(model));
        assertThat(map.size()).as(label).isEqualTo(model.size());
        assertThat(map.byteSize()).as(label).isEqualTo(bytes);
        for (HeaderName name : names) {
            assertThat(map.getAll(name))
                    .as(label)
                    .isEqualTo(
                            model.stream()
                                    .filter(pair -> pair.name().equals(name))
                                    .map(Pair::value)
                                    .toList());
        }
    }
}
