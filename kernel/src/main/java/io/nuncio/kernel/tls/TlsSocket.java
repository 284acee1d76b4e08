package io.nuncio.kernel.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.host.PeerVerifier;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/// One connection's TLS: an engine between the bytes of the wire and the plain ones.
///
/// Each call takes what is there and returns; the engine's own words (handshake, alerts, tickets)
/// gather in a buffer of their own until the next write. A whole slice is decrypted by one call of
/// the library, and plain slices that are smaller than a record are joined to one.
final class TlsSocket implements TransportSocket {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private static final int RECORD = 16 * 1024;
    private static final int LARGEST_PACKET = RECORD + 2 * 1024 + 64;
    private static final int MOST_AT_ONCE = 64 * 1024;
    private static final int LEAST_ROOM = 512;
    private static final int FLIGHT = 4 * 1024;
    private static final int OVERHEAD = 128;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final TransportSocketContext context;
    private final SSLEngine engine;
    private final TlsTemplate template;
    private final Buffer own = new Buffer();
    private int leastWriteRoom;
    private boolean begun;
    private boolean saidGoodbye;
    private @Nullable Handshake handshake;
    private @Nullable EstablishedTls tls;
    private @Nullable String applicationProtocol;
    private @Nullable String failureReason;

    TlsSocket(TransportSocketContext context, SSLEngine engine, TlsTemplate template) {
        this.context = context;
        this.engine = engine;
        this.template = template;
        handshake = template.server() ? new Handshake() : null;
    }

    @Override
    public void onTransportConnected() {
        if (engine.getUseClientMode()) {
            context.flush(); // writing begins the handshake
        }
    }

    @Override
    public Progress read(Buffer wire, Buffer plain, boolean endStream) {
        if (failureReason != null) {
            return Progress.FAILED;
        }
        try {
            KeyLog log = template.keyLog();
            boolean ended =
                    log == null
                            ? take(wire, Slices.of(plain))
                            : log.during(context.info(), () -> take(wire, Slices.of(plain)));
            if (!own.isEmpty()) {
                context.flush();
            }
            return ended || endStream ? Progress.END_OF_STREAM : Progress.OPEN;
        } catch (SSLException failure) {
            failed(failure);
            return Progress.FAILED;
        }
    }

    private boolean take(Buffer wire, Slices out) throws SSLException {
        Handshake current = handshake;
        return current == null ? decrypt(Slices.of(wire), out) : shakeHands(current, wire, out);
    }

    private boolean shakeHands(Handshake current, Buffer wire, Slices out) throws SSLException {
        current.look(wire);
        int before = wire.length();
        boolean ended =
                ScopedValue.where(Handshake.CURRENT, current)
                        .call(() -> decrypt(Slices.of(wire), out));
        current.taken(before - wire.length());
        return ended;
    }

    /// @return true if the peer said goodbye
    private boolean decrypt(Slices in, Slices out) throws SSLException {
        int room = room(in);
        while (true) {
            SSLEngineResult result = unwrap(in, out, room);
            boolean spoke = advance(result.getHandshakeStatus());
            switch (result.getStatus()) {
                case CLOSED -> {
                    return true;
                }
                case BUFFER_OVERFLOW -> {
                    if (nothingDone(result) && room >= LARGEST_PACKET) {
                        throw new SSLException("a record is too large");
                    }
                    room = Math.max(LARGEST_PACKET, room(in));
                    continue;
                }
                case BUFFER_UNDERFLOW -> {
                    if (!spoke) {
                        return false;
                    }
                }
                case OK -> {
                    // A handshake's last record is looked at once more to find that it was the
                    // last.
                    boolean empty = tls != null && in.length() == 0;
                    if (!spoke && (nothingDone(result) || empty)) {
                        return false;
                    }
                }
            }
            room = room(in);
        }
    }

    private static int room(Slices in) {
        return Math.clamp(in.length(), LEAST_ROOM, MOST_AT_ONCE);
    }

    private static boolean nothingDone(SSLEngineResult result) {
        return result.bytesConsumed() == 0 && result.bytesProduced() == 0;
    }

    private SSLEngineResult unwrap(Slices in, Slices out, int room) throws SSLException {
        ByteBuf target = ByteBufAllocator.DEFAULT.ioBuffer(room);
        try {
            ByteBuffer plain = target.internalNioBuffer(0, room);
            SSLEngineResult result = unwrap(in, plain);
            target.writerIndex(result.bytesProduced());
            in.skip(result.bytesConsumed());
            out.take(target);
            return result;
        } catch (Throwable failure) {
            target.release();
            throw failure;
        }
    }

    private SSLEngineResult unwrap(Slices in, ByteBuffer plain) throws SSLException {
        if (in.count() == 0) {
            return engine.unwrap(NOTHING.duplicate(), plain);
        }
        ByteBuf first = in.get(0);
        if (in.count() == 1) {
            return engine.unwrap(
                    first.internalNioBuffer(first.readerIndex(), first.readableBytes()), plain);
        }
        ByteBuf joined = joined(in, Math.min(in.length(), MOST_AT_ONCE));
        try {
            return engine.unwrap(joined.internalNioBuffer(0, joined.readableBytes()), plain);
        } finally {
            joined.release();
        }
    }

    /// A copy of the first bytes.
    private static ByteBuf joined(Slices slices, int length) {
        ByteBuf joined = ByteBufAllocator.DEFAULT.ioBuffer(length);
        int left = length;
        for (int index = 0; left > 0; index++) {
            ByteBuf slice = slices.get(index);
            int part = Math.min(left, slice.readableBytes());
            joined.writeBytes(slice, slice.readerIndex(), part);
            left -= part;
        }
        return joined;
    }

    /// Does what the handshake needs next.
    ///
    /// @return true if something was done, so that the engine may want to read on
    private boolean advance(HandshakeStatus status) throws SSLException {
        HandshakeStatus next = status;
        boolean done = false;
        while (true) {
            switch (next) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask();
                            task != null;
                            task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    next = engine.getHandshakeStatus();
                    done = true;
                }
                case NEED_WRAP -> {
                    SSLEngineResult result = wrap(NOTHING.duplicate(), Slices.of(own), FLIGHT);
                    next = result.getHandshakeStatus();
                    done = true;
                    if (result.getStatus() == Status.CLOSED
                            || (nothingDone(result) && next == HandshakeStatus.NEED_WRAP)) {
                        return true;
                    }
                }
                case FINISHED -> {
                    established();
                    return true;
                }
                default -> {
                    return done;
                }
            }
        }
    }

    private void established() throws SSLException {
        if (tls != null) {
            return;
        }
        EstablishedTls facts = EstablishedTls.of(engine, template.verifier().validates());
        PeerVerifier.Rejected refused = facts.lookAgain(template.verifier());
        if (refused != null) {
            throw new SSLException(new CertificateException(refused.reason()));
        }
        List<String> demanded = context.options().subjectAltNames();
        // A name proves nothing where nobody vouches for the certificate.
        if (!demanded.isEmpty()
                && !(facts.peerCertificateValidated()
                        && DemandedNames.found(facts.peerCertificates(), demanded))) {
            template.stats().otherName();
            throw new SSLException(new CertificateException("verify cert failed: verify SAN list"));
        }
        tls = facts;
        handshake = null;
        String agreed = engine.getApplicationProtocol();
        applicationProtocol = agreed == null || agreed.isEmpty() ? null : agreed;
        template.stats().established(facts);
        context.connected();
    }

    private SSLEngineResult wrap(ByteBuffer plain, Slices out, int room) throws SSLException {
        int space = Math.max(room, leastWriteRoom);
        while (true) {
            ByteBuf target = ByteBufAllocator.DEFAULT.ioBuffer(space);
            try {
                SSLEngineResult result = engine.wrap(plain, target.internalNioBuffer(0, space));
                target.writerIndex(result.bytesProduced());
                out.take(target);
                if (result.getStatus() != Status.BUFFER_OVERFLOW || !nothingDone(result)) {
                    return result;
                }
            } catch (Throwable failure) {
                target.release();
                throw failure;
            }
            leastWriteRoom = Math.max(engine.getSession().getPacketBufferSize(), space + OVERHEAD);
            space = leastWriteRoom;
        }
    }

    @Override
    public Progress write(Buffer plain, Buffer wire, boolean endStream) {
        try {
            if (failureReason == null) {
                write(Slices.of(plain), Slices.of(wire), endStream);
            }
            return Progress.OPEN;
        } catch (SSLException failure) {
            failed(failure);
            return Progress.FAILED;
        } finally {
            own.moveTo(wire);
        }
    }

    private void write(Slices plain, Slices wire, boolean endStream) throws SSLException {
        if (!begun && engine.getUseClientMode()) {
            begun = true;
            engine.beginHandshake();
            advance(engine.getHandshakeStatus());
        }
        if (tls == null || saidGoodbye) {
            return;
        }
        wire.takeAll(Slices.of(own));
        while (plain.length() > 0) {
            encryptRecord(plain, wire);
        }
        if (endStream) {
            saidGoodbye = true;
            engine.closeOutbound();
            advance(HandshakeStatus.NEED_WRAP);
        }
    }

    private void encryptRecord(Slices plain, Slices wire) throws SSLException {
        int length = Math.min(plain.length(), RECORD);
        ByteBuf first = plain.get(0);
        SSLEngineResult result;
        if (first.readableBytes() >= length) {
            result =
                    wrap(
                            first.internalNioBuffer(first.readerIndex(), length),
                            wire,
                            length + OVERHEAD);
        } else {
            ByteBuf joined = joined(plain, length);
            try {
                result = wrap(joined.internalNioBuffer(0, length), wire, length + OVERHEAD);
            } finally {
                joined.release();
            }
        }
        plain.skip(result.bytesConsumed());
        if (result.getStatus() == Status.CLOSED) {
            throw new SSLException("the engine is closed");
        }
        if (nothingDone(result) && result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
            // The JDK's TLS lets a peer ask for another handshake, and takes nothing meanwhile.
            throw new SSLException("renegotiation is not supported");
        }
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            advance(HandshakeStatus.NEED_TASK);
        }
    }

    private void failed(SSLException failure) {
        HandshakeFailure what = HandshakeFailure.of(failure);
        failureReason = what.reason();
        template.stats().failed(what);
        LOG.debug("{}: {}", context.info(), what.reason());
    }

    @Override
    public TlsInfo tls() {
        return tls == null ? UnfinishedTls.INSTANCE : tls;
    }

    @Override
    public @Nullable String applicationProtocol() {
        return applicationProtocol;
    }

    @Override
    public @Nullable String failureReason() {
        return failureReason;
    }

    @Override
    public void onDestroy() {
        own.clear();
        ReferenceCountUtil.release(engine);
        ReferenceCountUtil.release(template.keyLog());
    }
}
