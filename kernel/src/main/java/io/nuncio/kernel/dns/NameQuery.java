package io.nuncio.kernel.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Asks the name servers for one record type of one name: each candidate of the search list in
/// turn, each as often as the configuration says while nobody answers. Thread: main.
final class NameQuery {
    private final DnsNameResolver client;
    private final DnsRecordType type;
    private final List<String> candidates;
    private final int tries;
    private final Consumer<Outcome> answer;
    private int candidate;
    private int tried;

    /// @param answer called exactly once
    NameQuery(
            DnsNameResolver client,
            DnsRecordType type,
            List<String> candidates,
            int tries,
            Consumer<Outcome> answer) {
        this.client = client;
        this.type = type;
        this.candidates = candidates;
        this.tries = tries;
        this.answer = answer;
    }

    void start() {
        tried++;
        client.resolveAll(new DefaultDnsQuestion(candidates.get(candidate), type))
                .addListener((Future<List<DnsRecord>> done) -> onAnswer(done));
    }

    private void onAnswer(Future<List<DnsRecord>> done) {
        Outcome outcome = done.isSuccess() ? addresses(done.getNow()) : failure(done.cause());
        switch (outcome) {
            case Outcome.Found found -> answer.accept(found);
            case Outcome.Nothing nothing -> {
                candidate++;
                tried = 0;
                if (candidate < candidates.size()) {
                    start();
                } else {
                    answer.accept(nothing);
                }
            }
            case Outcome.Failure failure -> {
                if (failure.timeout() && tried < tries) {
                    start();
                } else {
                    answer.accept(failure);
                }
            }
        }
    }

    private Outcome addresses(List<DnsRecord> records) {
        List<InetAddress> addresses = new ArrayList<>(records.size());
        long ttl = Long.MAX_VALUE;
        for (DnsRecord found : records) {
            if (found.type().equals(type) && found instanceof DnsRawRecord raw) {
                InetAddress address = address(raw.content());
                if (address != null) {
                    addresses.add(address);
                    ttl = Math.min(ttl, raw.timeToLive());
                }
            }
            ReferenceCountUtil.release(found);
        }
        return addresses.isEmpty() ? new Outcome.Nothing() : new Outcome.Found(addresses, ttl);
    }

    private static @Nullable InetAddress address(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException wrongLength) {
            return null;
        }
    }

    private static Outcome failure(Throwable cause) {
        if (DnsNameResolver.isTransportOrTimeoutError(cause)
                || DnsNameResolver.isTransportOrTimeoutError(cause.getCause())) {
            return new Outcome.Failure("no answer from the name servers", true);
        }
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof DnsErrorCauseException error) {
                return error.getCode().equals(DnsResponseCode.NXDOMAIN)
                        ? new Outcome.Nothing()
                        : new Outcome.Failure(
                                "the name servers answered " + error.getCode(), false);
            }
        }
        return cause instanceof UnknownHostException
                ? new Outcome.Nothing()
                : new Outcome.Failure(String.valueOf(cause.getMessage()), false);
    }
}
