package io.nuncio.kernel.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// How often each bucket was recorded by one thread since the start. Only that thread adds; any
/// thread may read meanwhile and sees each count as it was at some moment.
///
/// An open-addressing table of longs, bucket number and count in one word, so that a reader never
/// sees a half-written entry. It grows while new buckets appear; in the steady state adding
/// allocates nothing.
final class BucketCounts {
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int SMALLEST = 16;
    private static final int COUNT_BITS = 48;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private volatile long[] table = new long[SMALLEST]; // bucket << 48 | count; 0 is free
    private int size;

    void add(int bucket) {
        long[] words = table;
        int mask = words.length - 1;
        for (int index = home(bucket, mask); ; index = (index + 1) & mask) {
            long word = words[index];
            if (word == 0) {
                insert(words, index, bucket);
                return;
            }
            if ((int) (word >>> COUNT_BITS) == bucket) {
                WORDS.setOpaque(words, index, word + 1);
                return;
            }
        }
    }

    private void insert(long[] words, int free, int bucket) {
        WORDS.setOpaque(words, free, (long) bucket << COUNT_BITS | 1);
        if (++size > words.length / 2) {
            grow(words);
        }
    }

    private void grow(long[] words) {
        long[] larger = new long[words.length * 2];
        int mask = larger.length - 1;
        for (long word : words) {
            if (word != 0) {
                int index = home((int) (word >>> COUNT_BITS), mask);
                while (larger[index] != 0) {
                    index = (index + 1) & mask;
                }
                larger[index] = word;
            }
        }
        table = larger;
    }

    private static int home(int bucket, int mask) {
        return bucket * 31 & mask;
    }

    /// Adds the counts to `sums`, which has a place for each bucket.
    void addTo(long[] sums) {
        long[] words = table;
        for (int index = 0; index < words.length; index++) {
            long word = (long) WORDS.getOpaque(words, index);
            sums[(int) (word >>> COUNT_BITS)] += word & COUNT_MASK;
        }
    }

    /// How many values were recorded.
    long sum() {
        long[] words = table;
        long sum = 0;
        for (int index = 0; index < words.length; index++) {
            sum += (long) WORDS.getOpaque(words, index) & COUNT_MASK;
        }
        return sum;
    }
}
