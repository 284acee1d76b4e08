package io.nuncio.kernel.listener;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;

import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump.DynamicListener;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump.DynamicListenerState;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The listeners' part of `/config_dump`.
final class ListenersDump {
    private ListenersDump() {}

    static ListenersConfigDump of(
            String version,
            List<ActiveListener> active,
            List<ActiveListener> warming,
            List<ActiveListener> draining,
            Map<String, UpdateFailureState> failures) {
        ListenersConfigDump.Builder dump = ListenersConfigDump.newBuilder().setVersionInfo(version);
        Map<String, DynamicListener.Builder> dynamic = new TreeMap<>();
        for (ActiveListener listener : active) {
            if (listener.addedViaApi()) {
                byName(dynamic, listener).setActiveState(state(listener));
            } else {
                dump.addStaticListenersBuilder()
                        .setListener(Any.pack(listener.compiled().message()))
                        .setLastUpdated(Timestamps.fromMillis(listener.lastUpdatedMillis()));
            }
        }
        for (ActiveListener listener : warming) {
            byName(dynamic, listener).setWarmingState(state(listener));
        }
        for (ActiveListener listener : draining) {
            if (listener.addedViaApi()) {
                byName(dynamic, listener).setDrainingState(state(listener));
            }
        }
        failures.forEach((name, failure) -> byName(dynamic, name).setErrorState(failure));
        dynamic.values().forEach(dump::addDynamicListeners);
        return dump.build();
    }

    private static DynamicListener.Builder byName(
            Map<String, DynamicListener.Builder> dynamic, ActiveListener listener) {
        return byName(dynamic, listener.config().name());
    }

    private static DynamicListener.Builder byName(
            Map<String, DynamicListener.Builder> dynamic, String name) {
        return dynamic.computeIfAbsent(name, key -> DynamicListener.newBuilder().setName(key));
    }

    private static DynamicListenerState state(ActiveListener listener) {
        return DynamicListenerState.newBuilder()
                .setVersionInfo(listener.version())
                .setListener(Any.pack(listener.compiled().message()))
                .setLastUpdated(Timestamps.fromMillis(listener.lastUpdatedMillis()))
                .build();
    }
}
