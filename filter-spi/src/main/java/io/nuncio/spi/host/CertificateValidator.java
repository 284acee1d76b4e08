package io.nuncio.spi.host;

import org.osgi.annotation.versioning.ConsumerType;

import java.security.cert.X509Certificate;
import java.util.List;

/// Decides on peers' certificates, and says what a handshake has to know of that beforehand.
/// Thread: main, except what [PeerVerifier] says.
@ConsumerType
public interface CertificateValidator extends PeerVerifier, AutoCloseable {
    /// The certificates of those who vouch for peers; a downstream is told their names. Empty if
    /// there are none.
    List<X509Certificate> acceptedIssuers();

    /// Where those come from, for operators: a file, or `<inline>`; empty if there is nothing to
    /// say.
    String issuersPlace();

    /// True if a peer is to be asked for a certificate at all.
    boolean asks();

    /// True if nobody is accepted without a certificate.
    boolean demands();

    /// What is demanded, in any words: another text where something else is demanded.
    String fingerprint();

    /// Lets go of what it watches; what it decides on may still be asked for a while.
    @Override
    default void close() {}
}
