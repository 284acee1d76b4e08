package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.UnknownHostException;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:80",
        "0:0:0:0:0:0:0:1, [::1]:80",
        "0:0:0:0:0:0:0:0, [::]:80",
        "2001:DB8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:80",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:80",
        "fe80:0:0:1:0:0:0:0, [fe80:0:0:1::]:80"
    })
    void anIpAddressPrintsAsEnvoyPrintsIt(String address, String printed)
            throws UnknownHostException {
        assertThat(new Address.Ip(InetAddress.getByName(address), 80)).hasToString(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1:2"})
    void anAddressIsReadFromItsPlainForm(String digits) {
        assertThat(Address.Ip.parse(digits, 1).host()).isEqualTo(digits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "127.1",
                "2130706433",
                "127.0.0.01",
                "127.0.0.1 ",
                "256.0.0.1",
                "0x7f.0.0.1",
                "1.2.3.4.5",
                "1..2.3",
                "[::1]",
                "fe80::1%eth0",
                ":",
                "1::2::3",
                "::1.2"
            })
    void anythingElseIsNoAddress(String text) {
        assertThat(Address.Ip.parse(text, 1)).isNull();
    }
}
