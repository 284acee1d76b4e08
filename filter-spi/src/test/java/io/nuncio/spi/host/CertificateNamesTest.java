package io.nuncio.spi.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.host.CertificateText.NameKind;

import org.junit.jupiter.api.Test;

import java.util.List;

class CertificateNamesTest {
    @Test
    void withoutACertificateThereAreNone() {
        CertificateNames names = CertificateNames.of(List.of());

        assertThat(names.subject()).isEmpty();
        assertThat(names.alternatives(NameKind.URI)).isEmpty();
    }
}
