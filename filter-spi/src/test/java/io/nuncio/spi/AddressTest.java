package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
