package io.nuncio.kernel.admin;

import io.envoyproxy.envoy.admin.v3.ListenerStatus;
import io.envoyproxy.envoy.admin.v3.Listeners;
import io.envoyproxy.envoy.config.core.v3.EnvoyInternalAddress;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.nuncio.kernel.config.MessageJson;
import io.nuncio.spi.Address;

import java.util.List;
import java.util.function.Supplier;

/// `/listeners`: names and addresses, as text or JSON.
final class ListenersEndpoint {
    private final Supplier<List<ListenerView>> listeners;
    private final MessageJson json;

    ListenersEndpoint(Supplier<List<ListenerView>> listeners, MessageJson json) {
        this.listeners = listeners;
        this.json = json;
    }

    AdminEndpoint endpoint() {
        return new AdminEndpoint(
                "/listeners",
                "print listener info",
                false,
                List.of(
                        AdminEndpoint.Parameter.choice(
                                "format", "File format to use", "text", "json")),
                request ->
                        "json".equals(request.parameter("format"))
                                ? AdminResponse.json(json.print(message()))
                                : AdminResponse.text(200, text()));
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (ListenerView listener : listeners.get()) {
            for (Address address : listener.addresses()) {
                text.append(listener.name()).append("::").append(address).append('\n');
            }
        }
        return text.toString();
    }

    private Listeners message() {
        Listeners.Builder all = Listeners.newBuilder();
        for (ListenerView listener : listeners.get()) {
            ListenerStatus.Builder status =
                    all.addListenerStatusesBuilder().setName(listener.name());
            boolean first = true;
            for (Address address : listener.addresses()) {
                if (first) {
                    status.setLocalAddress(message(address));
                } else {
                    status.addAdditionalLocalAddresses(message(address));
                }
                first = false;
            }
        }
        return all.build();
    }

    private static io.envoyproxy.envoy.config.core.v3.Address message(Address address) {
        var message = io.envoyproxy.envoy.config.core.v3.Address.newBuilder();
        switch (address) {
            case Address.Ip ip ->
                    message.setSocketAddress(
                            SocketAddress.newBuilder()
                                    .setAddress(ip.host())
                                    .setPortValue(ip.port()));
            case Address.Pipe pipe ->
                    message.setPipe(Pipe.newBuilder().setPath(pipe.path()).setMode(pipe.mode()));
            case Address.Internal to ->
                    message.setEnvoyInternalAddress(
                            EnvoyInternalAddress.newBuilder()
                                    .setServerListenerName(to.listener())
                                    .setEndpointId(to.endpointId()));
        }
        return message.build();
    }
}
