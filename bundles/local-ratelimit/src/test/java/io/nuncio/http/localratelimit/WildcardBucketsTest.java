package io.nuncio.http.localratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.tokenbucket.BucketSize;
import io.nuncio.tokenbucket.TokenBucket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

class WildcardBucketsTest {
    private static WildcardBuckets buckets(int max, Entry... entries) {
        return new WildcardBuckets(
                new Limits.Descriptor(List.of(entries), new BucketSize(1, 1e-9)), max);
    }

    private static List<Entry> user(int number) {
        return List.of(new Entry("user", "u" + number));
    }

    @ParameterizedTest
    @CsvSource({
        "path, /a, user, x, true",
        "path, /b, user, x, false",
        "path, /a, group, x, false",
        "user, x, path, /a, false"
    })
    void keysAndTheOtherValuesMustBeTheSame(
            String key, String value, String secondKey, String secondValue, boolean matches) {
        WildcardBuckets buckets = buckets(2, new Entry("path", "/a"), new Entry("user", ""));

        assertThat(
                        buckets.matches(
                                List.of(new Entry(key, value), new Entry(secondKey, secondValue))))
                .isEqualTo(matches);
        assertThat(buckets.matches(List.of(new Entry(key, value)))).isFalse();
    }

    @Test
    void theOneThatGoesIsAlwaysTheLeastRecentlyUsed() {
        WildcardBuckets buckets = buckets(50, new Entry("user", ""));
        var order = new LinkedHashMap<List<Entry>, TokenBucket>(64, 0.75f, true);
        var random = new Random(1);

        for (int i = 0; i < 5_000; i++) {
            List<Entry> user = user(random.nextInt(80));
            TokenBucket before = order.get(user);
            TokenBucket bucket = buckets.bucket(user);
            if (before != null) {
                assertThat(bucket).isSameAs(before);
            }
            order.put(user, bucket);
            if (order.size() > 50) {
                order.remove(order.keySet().iterator().next());
            }
        }
        assertThat(buckets.size()).isEqualTo(50);
    }

    @Test
    void threadsKeepToTheLimit() throws Exception {
        WildcardBuckets buckets = buckets(10, new Entry("user", ""));

        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Object>> all =
                    threads.invokeAll(
                            IntStream.range(0, 4)
                                    .mapToObj(thread ->
                                            Executors.callable(
                                                    () -> use(buckets, new Random(thread))))
                                    .toList());
            for (Future<Object> one : all) {
                one.get();
            }
        }

        assertThat(buckets.size()).isEqualTo(10);
    }

    private static void use(WildcardBuckets buckets, Random random) {
        for (int i = 0; i < 5_000; i++) {
            buckets.bucket(user(random.nextInt(100)));
        }
    }
}
