package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.ExtensionFactory;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.CertificateValidatorTemplate;

/// Peers with identities of SPIFFE.
@Extension(
        name = "envoy.tls.cert_validator.spiffe",
        type = "envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig",
        category = Category.CERTIFICATE_VALIDATOR,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class SpiffeExtension
        implements ExtensionFactory<SPIFFECertValidatorConfig, CertificateValidatorTemplate> {
    @Override
    public CertificateValidatorTemplate configure(
            SPIFFECertValidatorConfig message, FactoryContext context) {
        return (around, place) -> SpiffeValidator.from(message, around, context, place);
    }
}
