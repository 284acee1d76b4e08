package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.OPTIONAL;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Function;

/// Operators that print addresses: whole, without the port (or masked), the port alone, the
/// endpoint id of an internal listener.
final class AddressOperators {
    private AddressOperators() {}

    static void addTo(Operators operators) {
        add(operators, "DOWNSTREAM_REMOTE", false, StreamInfo::remoteAddress);
        add(
                operators,
                "DOWNSTREAM_DIRECT_REMOTE",
                false,
                info -> info.downstream().directRemoteAddress());
        add(operators, "DOWNSTREAM_LOCAL", true, info -> info.downstream().localAddress());
        add(
                operators,
                "DOWNSTREAM_DIRECT_LOCAL",
                true,
                info -> info.downstream().directLocalAddress());
        add(
                operators,
                "UPSTREAM_LOCAL",
                false,
                info -> upstream(info, ConnectionInfo::localAddress));
        add(
                operators,
                "UPSTREAM_REMOTE",
                true,
                info -> upstream(info, ConnectionInfo::remoteAddress));
        operators.add(
                "UPSTREAM_HOST",
                new Pieces.Text(context -> {
                    UpstreamInfo upstream = context.info().upstream();
                    return upstream == null ? null : upstream.host().address().toString();
                }));
        operators.add(
                "UPSTREAM_HOST_NAME", new Pieces.Text(context -> hostName(context.info(), false)));
        operators.add(
                "UPSTREAM_HOST_NAME_WITHOUT_PORT",
                new Pieces.Text(context -> hostName(context.info(), true)));
    }

    private static void add(
            Operators operators,
            String prefix,
            boolean endpointId,
            Function<StreamInfo, @Nullable Address> address) {
        operators.add(
                prefix + "_ADDRESS",
                new Pieces.Text(context -> {
                    Address value = address.apply(context.info());
                    return value == null ? null : value.toString();
                }));
        operators.add(
                prefix + "_ADDRESS_WITHOUT_PORT",
                OPTIONAL,
                false,
                (argument, _) -> {
                    int bits = prefixLength(prefix, argument);
                    return new Pieces.Text(
                            context -> withoutPort(address.apply(context.info()), bits));
                });
        operators.add(prefix + "_PORT", new Pieces.Port(context -> address.apply(context.info())));
        if (endpointId) {
            operators.add(
                    prefix + "_ADDRESS_ENDPOINT_ID",
                    new Pieces.Text(context ->
                            address.apply(context.info()) instanceof Address.Internal to
                                    ? to.endpointId()
                                    : null));
        }
    }

    private static @Nullable Address upstream(
            StreamInfo info, Function<ConnectionInfo, Address> address) {
        UpstreamInfo upstream = info.upstream();
        return upstream == null || upstream.connection() == null
                ? null
                : address.apply(upstream.connection());
    }

    private static int prefixLength(String prefix, String argument) throws InvalidFormat {
        if (argument.isEmpty()) {
            return -1;
        }
        int bits;
        try {
            bits = Integer.parseInt(argument);
        } catch (NumberFormatException _) {
            bits = -1;
        }
        if (bits < 0 || bits > 128) {
            throw new InvalidFormat(
                    prefix
                            + "_ADDRESS_WITHOUT_PORT: was `"
                            + argument
                            + "`, expected a prefix length from 0 to 128");
        }
        return bits;
    }

    private static @Nullable String withoutPort(@Nullable Address address, int bits) {
        if (!(address instanceof Address.Ip ip)) {
            return address == null ? null : address.toString();
        }
        if (bits < 0) {
            return ip.host();
        }
        byte[] bytes = ip.address().getAddress();
        if (bits > bytes.length * 8) {
            return null;
        }
        for (int index = 0; index < bytes.length; index++) {
            int kept = Math.clamp(bits - index * 8, 0, 8);
            bytes[index] &= (byte) (0xff << (8 - kept));
        }
        try {
            InetAddress masked = InetAddress.getByAddress(bytes);
            return new Address.Ip(masked, 0).host() + "/" + bits;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The host's name, or its address if it has none.
    private static @Nullable String hostName(StreamInfo info, boolean withoutPort) {
        UpstreamInfo upstream = info.upstream();
        if (upstream == null) {
            return null;
        }
        Host host = upstream.host();
        String name = host.hostname().isEmpty() ? host.address().toString() : host.hostname();
        if (!withoutPort) {
            return name;
        }
        int colon = name.lastIndexOf(':');
        boolean port =
                colon > 0
                        && colon < name.length() - 1
                        && name.chars().skip(colon + 1).allMatch(c -> c >= '0' && c <= '9')
                        && (name.indexOf(':') == colon || name.charAt(colon - 1) == ']');
        return port ? name.substring(0, colon) : name;
    }
}
