package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void generalRoundsAndUsesAnExponentAsPrintfDoes() {
        assertThat(Numbers.general(99.5, 6)).isEqualTo("99.5");
        assertThat(Numbers.general(100, 6)).isEqualTo("100");
        assertThat(Numbers.general(1800000, 6)).isEqualTo("1.8e+06");
        assertThat(Numbers.general(999999.5, 6)).isEqualTo("1e+06");
        assertThat(Numbers.general(0.0001, 6)).isEqualTo("0.0001");
        assertThat(Numbers.general(0.00001, 6)).isEqualTo("1e-05");
        assertThat(Numbers.general(0, 6)).isEqualTo("0");
        assertThat(Numbers.general(Double.NaN, 6)).isEqualTo("nan");
        assertThat(Numbers.general(-2.5, 6)).isEqualTo("-2.5");
    }

    @Test
    void generalWith32DigitsShowsWhatTheDoubleReallyIs() {
        assertThat(Numbers.general(3600000, 32)).isEqualTo("3600000");
        assertThat(Numbers.general(0.5, 32)).isEqualTo("0.5");
        assertThat(Numbers.general(10.05, 32)).isEqualTo("10.0500000000000007105427357601");
    }

    @Test
    void shortestReadsBackAsTheSameNumber() {
        assertThat(Numbers.shortest(200)).isEqualTo("200");
        assertThat(Numbers.shortest(209.95)).isEqualTo("209.95");
        assertThat(Numbers.shortest(1.0351851851851852)).isEqualTo("1.0351851851851852");
        assertThat(Numbers.shortest(1e15)).isEqualTo("1000000000000000");
        assertThat(Numbers.shortest(1e16)).isEqualTo("1e+16");
        assertThat(Numbers.shortest(Double.NaN)).isEqualTo("nan");
    }
}
