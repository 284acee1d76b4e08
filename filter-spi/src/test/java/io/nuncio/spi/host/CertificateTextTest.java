package io.nuncio.spi.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

import javax.security.auth.x500.X500Principal;

class CertificateTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    C=US, ST=California, L=San Francisco, O=Lyft, OU=Lyft Engineering, CN=Test Frontend Team, MAIL=frontend-team@lyft.com|emailAddress=frontend-team@lyft.com,CN=Test Frontend Team,OU=Lyft Engineering,O=Lyft,L=San Francisco,ST=California,C=US
                    O="a, b", CN=c\\\\d|CN=c\\\\d,O=a\\, b
                    CN=a\\=b\\#c|CN=a=b#c
                    CN=\\#a|CN=\\#a
                    CN="say \\"hello\\""|CN=say \\"hello\\"
                    CN=é|CN=\\C3\\A9
                    STREET=Main, SERIAL=12|serialNumber=12,street=Main
                    """)
    void aNameIsWrittenAsOpenSslWritesIt(String name, String expected) {
        var parsed =
                new X500Principal(
                        reversed(name),
                        Map.of("MAIL", "1.2.840.113549.1.9.1", "SERIAL", "2.5.4.5"));
        assertThat(CertificateText.name(parsed)).isEqualTo(expected);
    }

    /// A text has the last part of the name first.
    private static String reversed(String name) {
        String[] parts = name.split(", (?=[A-Z]+=)");
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.insert(0, text.isEmpty() ? part : part + ", ");
        }
        return text.toString();
    }
}
