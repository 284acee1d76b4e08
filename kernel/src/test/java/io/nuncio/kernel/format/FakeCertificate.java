package io.nuncio.kernel.format;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;

import javax.security.auth.x500.X500Principal;

/// A certificate whose contents a test sets; its encoded form is the word `certificate`.
final class FakeCertificate extends X509Certificate {
    final List<List<?>> names = new ArrayList<>();
    String subject = "";
    String issuer = "";
    BigInteger serial = BigInteger.ONE;
    Date start = new Date(0);
    Date end = new Date(0);

    @Override
    public Collection<List<?>> getSubjectAlternativeNames() {
        return names;
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return new X500Principal(subject);
    }

    @Override
    public X500Principal getIssuerX500Principal() {
        return new X500Principal(issuer);
    }

    @Override
    public BigInteger getSerialNumber() {
        return serial;
    }

    @Override
    public Date getNotBefore() {
        return start;
    }

    @Override
    public Date getNotAfter() {
        return end;
    }

    @Override
    public byte[] getEncoded() {
        return "certificate".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public void checkValidity() {}

    @Override
    public void checkValidity(Date date) {}

    @Override
    public int getVersion() {
        return 3;
    }

    @Override
    public Principal getIssuerDN() {
        return getIssuerX500Principal();
    }

    @Override
    public Principal getSubjectDN() {
        return getSubjectX500Principal();
    }

    @Override
    public byte[] getTBSCertificate() {
        return getEncoded();
    }

    @Override
    public byte[] getSignature() {
        return new byte[0];
    }

    @Override
    public String getSigAlgName() {
        return "";
    }

    @Override
    public String getSigAlgOID() {
        return "";
    }

    @Override
    public byte[] getSigAlgParams() {
        return new byte[0];
    }

    @Override
    public boolean[] getIssuerUniqueID() {
        return new boolean[0];
    }

    @Override
    public boolean[] getSubjectUniqueID() {
        return new boolean[0];
    }

    @Override
    public boolean[] getKeyUsage() {
        return new boolean[0];
    }

    @Override
    public int getBasicConstraints() {
        return -1;
    }

    @Override
    public void verify(PublicKey key) {}

    @Override
    public void verify(PublicKey key, String provider) {}

    @Override
    public String toString() {
        return subject;
    }

    @Override
    public PublicKey getPublicKey() {
        throw new IllegalStateException("nobody asks");
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return false;
    }

    @Override
    public Set<String> getCriticalExtensionOIDs() {
        return Set.of();
    }

    @Override
    public Set<String> getNonCriticalExtensionOIDs() {
        return Set.of();
    }

    @Override
    public byte[] getExtensionValue(String oid) {
        return new byte[0];
    }
}
