package io.nuncio.rbac;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.envoyproxy.envoy.extensions.rbac.audit_loggers.stream.v3.StdoutAuditLog;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacAuditLogger;
import io.nuncio.spi.RbacAuditLoggerFactory;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateNames;
import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;

/// Writes each decision as a line of JSON to standard output, as gRPC's logger of this name does.
record StdoutAuditLogger(LogFile file, InstantSource clock) implements RbacAuditLogger {
    /// The extension, which has no configuration.
    @Extension(
            name = "envoy.rbac.audit_loggers.stream",
            type = "envoy.extensions.rbac.audit_loggers.stream.v3.StdoutAuditLog",
            category = Category.RBAC_AUDIT_LOGGER)
    public static final class Factory implements RbacAuditLoggerFactory<StdoutAuditLog> {
        @Override
        public RbacAuditLogger configure(StdoutAuditLog message, FactoryContext context) {
            try {
                LogFile file =
                        context.shared(
                                "rbac audit /dev/stdout", () -> context.logFile("/dev/stdout"));
                return new StdoutAuditLogger(file, InstantSource.system());
            } catch (UncheckedIOException failure) {
                context.problems().add("", String.valueOf(failure.getMessage()));
                return (_, _) -> {};
            }
        }
    }

    @Override
    public void log(MatchContext subject, Decision decision) {
        var line = new StringBuilder(256).append("{\"grpc_audit_log\":{\"timestamp\":");
        string(line, clock.instant().toString());
        string(line.append(",\"rpc_method\":"), path(subject.requestHeaders()));
        string(line.append(",\"principal\":"), principal(subject.connection().tls()));
        string(line.append(",\"policy_name\":"), decision.filter());
        string(line.append(",\"matched_rule\":"), decision.policy());
        line.append(",\"authorized\":").append(decision.allowed()).append("}}\n");
        byte[] bytes = line.toString().getBytes(UTF_8);
        file.write(bytes, 0, bytes.length);
    }

    private static String path(@Nullable RequestHeaders headers) {
        String path = headers == null ? null : headers.get(HeaderName.PATH);
        return path == null ? "" : new String(path.getBytes(ISO_8859_1), UTF_8);
    }

    /// The first URI name, or else the first DNS name, or else the subject.
    private static String principal(@Nullable TlsInfo tls) {
        if (tls == null) {
            return "";
        }
        CertificateNames peer = tls.peerNames();
        for (NameKind kind : List.of(NameKind.URI, NameKind.DNS)) {
            List<String> names = peer.alternatives(kind);
            if (!names.isEmpty()) {
                return names.getFirst();
            }
        }
        return peer.subject();
    }

    private static void string(StringBuilder line, String text) {
        line.append('"');
        for (int index = 0; index < text.length(); index++) {
            char each = text.charAt(index);
            if (each == '"' || each == '\\') {
                line.append('\\').append(each);
            } else if (each < ' ') {
                line.append("\\u00").append(HexFormat.of().toHexDigits((byte) each));
            } else {
                line.append(each);
            }
        }
        line.append('"');
    }
}
