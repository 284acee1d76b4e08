package io.nuncio.kernel.http;

import com.google.protobuf.Any;

import io.nuncio.kernel.discovery.DiscoveredExtension;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

/// One filter of a chain whose configuration is discovered (ECDS). Until there is one, or a
/// default, every request is answered with 500. Thread: main.
final class DiscoveredFilter {
    private final HttpFilterChains.Entry entry;
    private final DiscoveredExtension extension;
    private final HttpFilterCompiler compiler;
    private final Position position;
    private final Counter failed;
    private final FactoryContext context;
    private Leases leases = new Leases();

    /// Where the filter stands.
    record Position(int slot, boolean last) {}

    /// @param failed counts exceptions of any filter of the chain
    /// @param context the chain's
    DiscoveredFilter(
            HttpFilterChains.Entry entry,
            DiscoveredExtension extension,
            HttpFilterCompiler compiler,
            Position position,
            Counter failed,
            FactoryContext context) {
        this.entry = entry;
        this.extension = extension;
        this.compiler = compiler;
        this.position = position;
        this.failed = failed;
        this.context = context;
        compiler.atEnd(context, extension::close);
    }

    /// What stands at the filter's place while there is no configuration.
    FilterSlot missing() {
        return slot(MissingFilter::new, HttpFilterCompiler.FailureListener.NONE);
    }

    private FilterSlot slot(
            HttpFilterTemplate template, HttpFilterCompiler.FailureListener failures) {
        return new FilterSlot(entry.name(), template, entry.disabled(), failed, failures);
    }

    void begin(ChangingFilterChain chain) {
        extension.begin((config, problems, field) -> compile(config, problems, field, chain));
    }

    private @Nullable Renewal compile(
            Any config, Problems problems, String field, ChangingFilterChain chain) {
        Leases fresh = new Leases();
        FactoryContext place = context.withProblems(problems);
        var compiled =
                compiler.compile(
                        new HttpFilterChains.Entry(entry.name(), config, entry.disabled(), false),
                        place,
                        field,
                        fresh);
        if (compiled == null) {
            fresh.giveBack();
            return null;
        }
        FilterChains.checkTerminal(
                entry, compiled.template().terminal(), position.last(), place, field);
        return new Renewal() {
            @Override
            public void publish() {
                Leases old = leases;
                leases = fresh;
                chain.replace(
                        position.slot(),
                        slot(compiled.template(), compiled.failures()),
                        old::giveBack);
            }

            @Override
            public void cancel() {
                fresh.giveBack();
            }
        };
    }

    void close() {
        extension.close();
    }
}
