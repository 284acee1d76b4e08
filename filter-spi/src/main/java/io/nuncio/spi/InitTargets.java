package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Consumer;

/// What the server, or a listener, waits for before it serves (Envoy: init manager). Thread: main.
@ProviderType
@FunctionalInterface
public interface InitTargets {
    /// Nobody waits: what is added begins at once.
    InitTargets NONE = (name, start) -> start.accept(InitTarget.NONE);

    /// Adds something to wait for.
    ///
    /// @param name as `/init_dump` shows it, such as `RDS ingress_routes`
    /// @param start called once when it may begin, which is after what it depends on; before this
    ///   returns if it may already. Says through the target when it is ready, now or later
    void add(String name, Consumer<InitTarget> start);
}
