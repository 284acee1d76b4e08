package io.nuncio.kernel.listener;

import com.google.protobuf.Any;

import io.nuncio.kernel.discovery.DiscoveredExtension;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.kernel.lease.Succession;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The templates of a filter chain's filters, or of a listener's filters. Some may get their
/// configuration from outside: each change makes another [Version], which is for what is accepted
/// from then on. Thread: main, except [#current].
///
/// @param <T> what templates there are
final class FilterTemplates<T> {
    private final Supplier<UseCount> counts;
    private final Consumer<T> closer;
    private final List<T> fixed = new ArrayList<>();
    private final List<DiscoveredExtension> discovered = new ArrayList<>();
    private final Succession replaced = new Succession();
    private volatile Version<T> current = new Version<>(List.of(), null);

    /// @param counts makes the count of a version's users
    /// @param closer closes a template
    FilterTemplates(Supplier<UseCount> counts, Consumer<T> closer) {
        this.counts = counts;
        this.closer = closer;
    }

    /// The templates at one time.
    static final class Version<T> {
        private final List<@Nullable T> slots; // null where there is no configuration
        private final List<T> templates;
        private final @Nullable UseCount users; // null where nothing changes

        private Version(List<@Nullable T> slots, @Nullable UseCount users) {
            this.slots = Collections.unmodifiableList(new ArrayList<>(slots));
            this.users = users;
            List<T> known = new ArrayList<>();
            for (T slot : slots) {
                if (slot != null) {
                    known.add(slot);
                }
            }
            templates = List.copyOf(known);
        }

        /// In their order.
        List<T> templates() {
            return templates;
        }

        /// True if a filter has no configuration yet, so that nothing can be served.
        boolean missing() {
            return templates.size() < slots.size();
        }

        /// Counts who uses these, null where nothing changes. A connection keeps this and not the
        /// templates: they may have handed over to others, and their bundle may have gone.
        @Nullable UseCount users() {
            return users;
        }

        /// One more uses these. Thread: the worker, in the round in which it found them.
        void enter(Worker worker) {
            if (users != null) {
                users.enter(worker);
            }
        }

        /// One that used these has ended. Thread: the worker on which it entered.
        void exit(Worker worker) {
            if (users != null) {
                users.exit(worker);
            }
        }
    }

    /// What serves now. Thread: any.
    Version<T> current() {
        return current;
    }

    /// Adds a filter whose configuration is known.
    void add(T template) {
        fixed.add(template);
        append(template);
    }

    /// Adds a filter whose configuration comes from outside.
    ///
    /// @param leases of all filters
    void discover(DiscoveredExtension extension, Leases leases, Compiler<T> compiler) {
        int slot = current.slots.size();
        discovered.add(extension);
        leases.atEnd(extension::close);
        append(null);
        Leases[] held = {new Leases()};
        extension.begin((config, problems, field) -> {
            Leases fresh = new Leases();
            leases.adopt(fresh);
            T template = compiler.compile(config, problems, field, fresh);
            if (template == null) {
                fresh.giveBack();
                return null;
            }
            fresh.atEnd(() -> closer.accept(template));
            return new Renewal() {
                @Override
                public void publish() {
                    Leases old = held[0];
                    held[0] = fresh;
                    replace(slot, template, old::giveBack);
                }

                @Override
                public void cancel() {
                    fresh.giveBack();
                }
            };
        });
    }

    /// Makes one of the templates.
    @FunctionalInterface
    interface Compiler<T> {
        /// @param leases get what the template holds
        /// @return null if there is a problem, which is reported
        @Nullable T compile(Any config, Problems problems, String field, Leases leases);
    }

    private void append(@Nullable T template) {
        List<@Nullable T> slots = new ArrayList<>(current.slots);
        slots.add(template);
        current = version(slots);
    }

    private void replace(int slot, T template, Runnable released) {
        Version<T> old = current;
        List<@Nullable T> slots = new ArrayList<>(old.slots);
        slots.set(slot, template);
        current = version(slots);
        Runnable unused = replaced.replaced(released);
        if (old.users != null) {
            old.users.retire(unused);
        }
    }

    private Version<T> version(List<@Nullable T> slots) {
        return new Version<>(slots, discovered.isEmpty() ? null : counts.get());
    }

    /// True if the configuration of one comes from outside.
    boolean changes() {
        return !discovered.isEmpty();
    }

    /// Nothing comes from outside any more: what is here serves until it ends.
    void stopChanging() {
        discovered.forEach(DiscoveredExtension::close);
    }

    /// Lets go of those that are not held by leases. Nobody uses them any more.
    void close() {
        stopChanging();
        fixed.forEach(closer);
    }
}
