package io.nuncio.kernel.server;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.Problems;

/// The access log of the admin server, which changes when a bundle of its loggers is replaced.
/// Thread: main, where the admin server logs, too.
final class AdminLog implements AccessLogger {
    private final Compiler compiler;
    private Compiled current;

    /// Compiles the loggers.
    @FunctionalInterface
    interface Compiler {
        AccessLogger compile(Leases leases, Problems problems);
    }

    private record Compiled(AccessLogger logger, Leases leases) {
        void close() {
            logger.close();
            leases.giveBack();
        }
    }

    AdminLog(Compiler compiler, Problems problems) {
        this.compiler = compiler;
        current = compile(problems);
    }

    private Compiled compile(Problems problems) {
        Leases leases = new Leases();
        return new Compiled(compiler.compile(leases, problems), leases);
    }

    /// Compiles the loggers anew if there is something of the bundle among them.
    Renewal renew(String bundle, Problems problems) {
        Compiled renewed = current.leases().of(bundle) ? compile(problems) : current;
        return new Renewal() {
            @Override
            public void publish() {
                if (renewed != current) {
                    current.close();
                    current = renewed;
                }
            }

            @Override
            public void cancel() {
                if (renewed != current) {
                    renewed.close();
                }
            }
        };
    }

    @Override
    public void log(FormatContext context) {
        current.logger().log(context);
    }
}
