package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Format;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Protocol;

import org.junit.jupiter.api.Test;

class WireBytesTest {
    private final StreamFake stream = new StreamFake();
    private final Format format =
            new Formats(OperatorsTest.ENVIRONMENT)
                    .text(
                            "%DOWNSTREAM_WIRE_BYTES_RECEIVED% %DOWNSTREAM_WIRE_BYTES_SENT%",
                            new Problems());

    @Test
    void aConnectionThatCarriesNoStreamsHasTheBytesOfItsSocket() {
        stream.downstream.wireBytesReceived = 12;
        stream.downstream.wireBytesSent = 34;

        assertThat(format.format(stream)).isEqualTo("12 34");
    }

    @Test
    void nobodyMeasuresWhatOneStreamTakes() {
        stream.downstream.wireBytesReceived = 12;
        stream.protocol = Protocol.HTTP11;

        assertThat(format.format(stream)).isEqualTo("- -");
    }
}
