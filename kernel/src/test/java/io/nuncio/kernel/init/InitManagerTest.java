package io.nuncio.kernel.init;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.InitTarget;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class InitManagerTest {
    private final InitManagers managers = new InitManagers(() -> 0);
    private final InitManager manager = managers.server();
    private final List<String> events = new ArrayList<>();
    private final List<InitTarget> targets = new ArrayList<>();

    private void add(String name) {
        manager.add(
                name,
                target -> {
                    events.add("start " + name);
                    targets.add(target);
                });
    }

    @Test
    void targetsBeginWithTheInitialization() {
        add("a");
        assertThat(events).isEmpty();
        manager.initialize(() -> events.add("ready"));
        assertThat(events).containsExactly("start a");
        targets.getFirst().ready();
        assertThat(events).containsExactly("start a", "ready");
    }

    @Test
    void withoutTargetsItIsReadyAtOnce() {
        manager.initialize(() -> events.add("ready"));
        assertThat(events).containsExactly("ready");
    }

    @Test
    void aTargetMayBeReadyWhileItBegins() {
        manager.add("a", InitTarget::ready);
        manager.add("b", InitTarget::ready);
        manager.initialize(() -> events.add("ready"));
        assertThat(events).containsExactly("ready");
    }

    @Test
    void aTargetAddedWhileItWaitsBeginsAtOnceAndIsWaitedFor() {
        add("a");
        manager.initialize(() -> events.add("ready"));
        add("b");
        targets.getFirst().ready();
        targets.getFirst().ready();
        assertThat(events).containsExactly("start a", "start b");
        targets.getLast().ready();
        assertThat(events).containsExactly("start a", "start b", "ready");
    }

    @Test
    void aTargetAddedWhenItIsReadyIsWaitedForByNobody() {
        manager.initialize(() -> events.add("ready"));
        add("late");
        assertThat(events).containsExactly("ready", "start late");
        targets.getFirst().ready();
        assertThat(events).hasSize(2);
    }

    @Test
    void aTargetAddedToOneThatWasReadyAndIsForgottenBeginsAllTheSame() {
        InitManager other = managers.create("Listener in");
        other.initialize(() -> events.add("ready"));
        managers.forget(other);
        other.add("late", _ -> events.add("start late"));
        assertThat(events).containsExactly("ready", "start late");
        assertThat(managers.waiting()).isEmpty();
    }

    @Test
    void aTargetAddedToOneThatIsGoneNeverBegins() {
        InitManager other = managers.create("Listener in");
        managers.forget(other);
        other.add("late", _ -> events.add("start late"));
        assertThat(events).isEmpty();
    }

    @Test
    void whatIsCancelledIsNeverReady() {
        InitManager other = managers.create("Listener in");
        other.add("a", targets::add);
        other.initialize(() -> events.add("ready"));
        assertThat(managers.waiting()).containsExactly(other);
        managers.forget(other);
        targets.getFirst().ready();
        assertThat(events).isEmpty();
        assertThat(managers.waiting()).isEmpty();
    }
}
