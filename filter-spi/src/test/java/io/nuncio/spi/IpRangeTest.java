package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.CidrRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;

class IpRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8, 10.255.0.1, true",
        "10.1.2.3/8, 11.0.0.1, false",
        "192.0.2.128/25, 192.0.2.129, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.1/32, 192.0.2.1, true",
        "192.0.2.1/99, 192.0.2.1, true",
        "192.0.2.1/99, 192.0.2.2, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false"
    })
    void anAddressIsInARangeIfTheirFirstBitsAreTheSame(
            String range, String address, boolean inside) {
        String[] parts = range.split("/");
        var message =
                CidrRange.newBuilder()
                        .setAddressPrefix(parts[0])
                        .setPrefixLen(UInt32Value.of(Integer.parseInt(parts[1])))
                        .build();

        IpRange compiled = IpRange.of(message, new Problems());

        assertThat(compiled.contains(InetAddress.ofLiteral(address))).isEqualTo(inside);
        assertThat(
                        IpRange.of(
                                com.github.xds.core.v3.CidrRange.newBuilder()
                                        .setAddressPrefix(parts[0])
                                        .setPrefixLen(message.getPrefixLen())
                                        .build(),
                                new Problems()))
                .isEqualTo(compiled);
    }

    @Test
    void bitsBeyondTheLengthDoNotCount() {
        assertThat(IpRange.of(InetAddress.ofLiteral("10.1.2.3"), 8))
                .isEqualTo(IpRange.of(InetAddress.ofLiteral("10.9.9.9"), 8))
                .hasToString("10.0.0.0/8");
    }

    @Test
    void whatIsNoAddressIsReported() {
        var problems = new Problems();

        assertThat(IpRange.of(CidrRange.newBuilder().setAddressPrefix("ten").build(), problems))
                .isNull();
        assertThat(problems.all())
                .hasToString("[address_prefix: was `ten`, expected an IP address]");
    }
}
