package io.nuncio.spi.host;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.FactoryContext;

import org.osgi.annotation.versioning.ConsumerType;

/// What an extension of the category `envoy.tls.cert_validator` compiles to. Thread: main.
@ConsumerType
public interface CertificateValidatorTemplate {
    /// Makes the validator of one validation context.
    ///
    /// @param around the message that names the extension, with what else it says
    /// @param context at that message; what is wrong with it is reported
    CertificateValidator in(CertificateValidationContext around, FactoryContext context);
}
