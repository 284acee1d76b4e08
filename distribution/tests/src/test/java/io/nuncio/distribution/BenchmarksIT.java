package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// That the benchmarks' runner still works, and computes what it says; no time is asserted.
class BenchmarksIT {
    private static final String RUN = Distribution.ROOT.resolve("benchmarks/run").toString();

    @Test
    void itsArithmeticIsRight() throws Exception {
        Distribution.Finished finished =
                Distribution.finish(new ProcessBuilder(RUN, "--self-test"));

        assertThat(finished.output().strip()).isEqualTo("self-test passed");
        assertThat(finished.exitCode()).isZero();
    }

    @Test
    void aMistakeIsOneSentence() throws Exception {
        Distribution.Finished finished =
                Distribution.finish(new ProcessBuilder(RUN, "--rounds", "many"));

        assertThat(finished.output().strip())
                .isEqualTo(
                        "benchmarks/run: --rounds: was many, expected a whole number from 1 to 50");
        assertThat(finished.exitCode()).isEqualTo(1);
    }
}
