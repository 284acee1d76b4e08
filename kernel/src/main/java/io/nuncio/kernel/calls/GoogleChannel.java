package io.nuncio.kernel.calls;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import java.net.InetAddress;
import java.util.Base64;

/// The channel of a `google_grpc` service in a cluster's words.
record GoogleChannel(GoogleGrpc config, TargetUri target, ChannelArguments arguments) {
    private static final int CONNECT_SECONDS = 20;
    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String TLS =
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

    boolean secure() {
        return config.getChannelCredentials().hasSslCredentials();
    }

    String authority() {
        if (!arguments.authority().isEmpty()) {
            return arguments.authority();
        }
        return arguments.serverName().isEmpty() ? target.authority() : arguments.serverName();
    }

    Cluster cluster(String name) {
        Cluster.Builder cluster =
                Cluster.newBuilder()
                        .setName(name)
                        .setConnectTimeout(Duration.newBuilder().setSeconds(CONNECT_SECONDS))
                        .setType(
                                target.unix() || target.ip() != null
                                        ? Cluster.DiscoveryType.STATIC
                                        : Cluster.DiscoveryType.STRICT_DNS)
                        .putTypedExtensionProtocolOptions(OPTIONS, Any.pack(http2()));
        cluster.getLoadAssignmentBuilder()
                .setClusterName(name)
                .addEndpointsBuilder()
                .addLbEndpointsBuilder()
                .getEndpointBuilder()
                .setAddress(address());
        if (secure()) {
            cluster.setTransportSocket(
                    TransportSocket.newBuilder()
                            .setName("envoy.transport_sockets.tls")
                            .setTypedConfig(
                                    Any.pack(
                                            TypedStruct.newBuilder()
                                                    .setTypeUrl(TLS)
                                                    .setValue(tls())
                                                    .build())));
        }
        return cluster.build();
    }

    private Address address() {
        Address.Builder address = Address.newBuilder();
        if (target.unix()) {
            address.getPipeBuilder().setPath(target.path());
        } else {
            address.getSocketAddressBuilder().setAddress(target.host()).setPortValue(target.port());
        }
        return address.build();
    }

    private HttpProtocolOptions http2() {
        Http2ProtocolOptions.Builder http2 = Http2ProtocolOptions.newBuilder();
        if (arguments.keepaliveMillis() > 0) {
            http2.getConnectionKeepaliveBuilder()
                    .setInterval(millis(arguments.keepaliveMillis()))
                    .setTimeout(millis(arguments.keepaliveTimeoutMillis()));
        }
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder().setHttp2ProtocolOptions(http2);
        return options.build();
    }

    private static Duration millis(long millis) {
        return Duration.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000)
                .build();
    }

    /// The kernel knows TLS by its name only: the extension reads this.
    private Struct tls() {
        SslCredentials credentials = config.getChannelCredentials().getSslCredentials();
        Struct.Builder validation = Struct.newBuilder();
        if (credentials.hasRootCerts()) {
            validation.putFields("trusted_ca", source(credentials.getRootCerts()));
        } else {
            validation.putFields("system_root_certs", struct(Struct.newBuilder()));
        }
        Struct.Builder tls = Struct.newBuilder();
        InetAddress ip = arguments.serverName().isEmpty() ? target.ip() : null;
        if (ip == null) {
            String asked =
                    arguments.serverName().isEmpty() ? target.host() : arguments.serverName();
            tls.putFields("sni", text(asked)).putFields("auto_sni_san_validation", yes());
        } else {
            validation.putFields(
                    "match_typed_subject_alt_names",
                    list(
                            Struct.newBuilder()
                                    .putFields("san_type", text("IP_ADDRESS"))
                                    .putFields(
                                            "matcher",
                                            struct(
                                                    Struct.newBuilder()
                                                            .putFields(
                                                                    "exact",
                                                                    text(ip.getHostAddress()))))));
        }
        Struct.Builder common =
                Struct.newBuilder()
                        .putFields(
                                "tls_params",
                                struct(
                                        Struct.newBuilder()
                                                .putFields(
                                                        "tls_maximum_protocol_version",
                                                        text("TLSv1_3"))))
                        .putFields("validation_context", struct(validation));
        if (credentials.hasCertChain() || credentials.hasPrivateKey()) {
            Struct.Builder own = Struct.newBuilder();
            if (credentials.hasCertChain()) {
                own.putFields("certificate_chain", source(credentials.getCertChain()));
            }
            if (credentials.hasPrivateKey()) {
                own.putFields("private_key", source(credentials.getPrivateKey()));
            }
            common.putFields("tls_certificates", list(own));
        }
        return tls.putFields("common_tls_context", struct(common)).build();
    }

    private static Value source(DataSource source) {
        Struct.Builder fields = Struct.newBuilder();
        switch (source.getSpecifierCase()) {
            case FILENAME -> fields.putFields("filename", text(source.getFilename()));
            case INLINE_STRING -> fields.putFields("inline_string", text(source.getInlineString()));
            case INLINE_BYTES ->
                    fields.putFields(
                            "inline_bytes",
                            text(
                                    Base64.getEncoder()
                                            .encodeToString(
                                                    source.getInlineBytes().toByteArray())));
            case ENVIRONMENT_VARIABLE ->
                    fields.putFields("environment_variable", text(source.getEnvironmentVariable()));
            case SPECIFIER_NOT_SET -> {} // said by who reads it
        }
        return struct(fields);
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value yes() {
        return Value.newBuilder().setBoolValue(true).build();
    }

    private static Value struct(Struct.Builder fields) {
        return Value.newBuilder().setStructValue(fields).build();
    }

    private static Value list(Struct.Builder only) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder().addValues(struct(only)))
                .build();
    }
}
