package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is seen of one network or listener filter: its callbacks, and what it does beside them.
final class CallbackWatch {
    private static final String MARK = "not yours any more";

    /// The rules of the one kind of filter.
    record Rules(
            ConformanceRule fail,
            ConformanceRule destroyed,
            ConformanceRule thread,
            ConformanceRule blocked,
            ConformanceRule resume,
            ConformanceRule borrowed) {}

    private final Findings findings;
    private final Rules rules;
    private final BlockWatch blocks;
    private final Thread worker = Thread.currentThread();
    private final List<Buffer> lent = new ArrayList<>();
    private int depth;
    private boolean destroyed;
    private boolean stopped;
    private boolean resumed;
    private Runnable giveBack = () -> {};

    CallbackWatch(Findings findings, Rules rules, BlockWatch blocks) {
        this.findings = findings;
        this.rules = rules;
        this.blocks = blocks;
    }

    /// Runs a callback that must return something.
    <T> T call(String name, Supplier<T> callback) {
        if (depth++ == 0) {
            blocks.in(name);
        }
        try {
            T outcome = callback.get();
            if (outcome == null) {
                findings.add(rules.fail(), name + " returned null");
                throw new NullPointerException(name + " returned null");
            }
            return outcome;
        } catch (RuntimeException | Error failure) {
            findings.add(rules.fail(), name + " threw " + failure, failure);
            throw new Failed(failure);
        } finally {
            if (--depth == 0) {
                blocks.in(null);
                String blocked = blocks.takeBlocked();
                if (blocked != null) {
                    findings.add(rules.blocked(), blocked);
                }
            }
        }
    }

    /// Ends the situation: code of the filter threw, and that is noted.
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(Throwable cause) {
            super(cause instanceof Failed ? cause.getCause() : cause);
        }
    }

    void run(String name, Runnable callback) {
        call(
                name,
                () -> {
                    callback.run();
                    return true;
                });
    }

    /// A callback that says whether it goes on.
    ///
    /// @param stops the outcome that waits
    <T> T step(String name, T stops, Supplier<T> callback) {
        resumed = false;
        boolean outer = depth == 0;
        T outcome = call(name, callback);
        if (resumed && outer && outcome != stops) {
            findings.add(
                    rules.resume(),
                    name + " called resume and returned " + outcome + ": it goes on twice");
        }
        stopped = outcome == stops && !resumed;
        return outcome;
    }

    /// A buffer that has the bytes of `data` while a callback runs. What is left goes back.
    <T> T lend(Buffer data, Function<Buffer, T> callback) {
        Buffer loan = new Buffer();
        data.moveTo(loan);
        giveBack = () -> loan.moveTo(data);
        try {
            return callback.apply(loan);
        } finally {
            giveBack = () -> {};
            Buffer later = new Buffer();
            data.moveTo(later);
            loan.moveTo(data);
            later.moveTo(data);
            loan.append(MARK);
            lent.add(loan);
        }
    }

    /// Any method of what the filter was given.
    void used(String method) {
        if (Thread.currentThread() != worker) {
            findings.add(
                    rules.thread(),
                    method + " was called on the thread " + Thread.currentThread().getName());
        } else if (destroyed && depth == 0) {
            findings.add(rules.destroyed(), method + " was called after onDestroy");
        }
    }

    void resume() {
        if (destroyed) {
            return;
        }
        if (depth > 0) {
            if (resumed) {
                findings.add(rules.resume(), "the filter resumed twice in a callback");
            }
            resumed = true;
            giveBack.run(); // what goes on reads the connection's own buffer
        } else if (!stopped) {
            findings.add(rules.resume(), "the filter resumed what was not stopped");
        }
        stopped = false;
    }

    void destroy() {
        destroyed = true;
    }

    /// Looks at the buffers that were lent, and frees them.
    void lookAtLoans() {
        for (Buffer loan : lent) {
            if (!loan.toString(StandardCharsets.UTF_8).equals(MARK)) {
                findings.add(
                        rules.borrowed(), "a buffer of a callback was touched after the callback");
            }
            loan.clear();
        }
        lent.clear();
    }
}
