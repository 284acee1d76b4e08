package io.nuncio.accessloggers;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Calls;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.WatchedFile;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RetryPolicy;

import org.slf4j.Logger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// Gives formats that print what they were compiled from, and files that are lists of events.
final class RecordingContext implements FactoryContext {
    final Problems problems = new Problems();
    final List<String> events = new ArrayList<>();

    @Override
    public LogFile logFile(String path) {
        if (path.startsWith("/absent/")) {
            throw new UncheckedIOException(new IOException("cannot open log file " + path));
        }
        return new LogFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                String text = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
                events.add(path + " < " + text);
            }

            @Override
            public void close() {
                events.add(path + " closed");
            }
        };
    }

    @Override
    public Format textFormat(String field, String format) {
        return _ -> "text " + field + ": " + format;
    }

    @Override
    public Format jsonFormat(String field, Struct format, boolean omitEmptyValues) {
        return _ -> "json " + field + ": " + format.getFieldsMap().keySet();
    }

    @Override
    public Format format(String field, SubstitutionFormatString format) {
        return _ -> "message " + field + ": " + format.getTextFormatSource().getInlineString();
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public StatsScope stats() {
        throw unused();
    }

    @Override
    public StatsScope listenerStats() {
        throw unused();
    }

    @Override
    public FactoryContext in(String field, String name) {
        throw unused();
    }

    @Override
    public FactoryContext withStats(StatsScope stats) {
        throw unused();
    }

    @Override
    public FactoryContext withProblems(Problems others) {
        throw unused();
    }

    @Override
    public Logger logger() {
        throw unused();
    }

    @Override
    public String name() {
        throw unused();
    }

    @Override
    public Node node() {
        throw unused();
    }

    @Override
    public RuntimeValues runtime() {
        throw unused();
    }

    @Override
    public Calls calls(Worker worker) {
        throw unused();
    }

    @Override
    public GrpcClient grpcClient(String field, GrpcService service) {
        throw unused();
    }

    @Override
    public RetryPolicy retryPolicy(
            String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy) {
        throw unused();
    }

    @Override
    public WatchedFile watch(Path path, Runnable changed) {
        throw unused();
    }

    @Override
    public Worker mainThread() {
        throw unused();
    }

    @Override
    public List<RateLimitPolicy> rateLimits(String field, List<RateLimit> rateLimits) {
        throw unused();
    }

    @Override
    public TextMatcher textMatcher(String field, StringMatcher config) {
        throw unused();
    }

    @Override
    public HeaderChanges headerChange(String field, HeaderValueOption change) {
        throw unused();
    }

    @Override
    public HeaderChanges headerChanges(String field, List<HeaderValueOption> changes) {
        throw unused();
    }

    @Override
    public <T> Function<Worker, T> perWorker(Function<Worker, T> maker) {
        throw unused();
    }

    @Override
    public <T> T shared(String key, Supplier<T> maker) {
        throw unused();
    }

    @Override
    public Platform platform() {
        throw unused();
    }

    private static AssertionError unused() {
        return new AssertionError("access loggers have no use for this");
    }
}
