package io.nuncio.kernel.server;

import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.bootstrap.internal_listener.v3.InternalListener;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.spi.Problems;

import java.util.List;

/// `envoy.bootstrap.internal_listener`: allows listeners within the process, and says how much may
/// wait between the two ends of a connection to one.
final class InternalListenerExtension {
    private static final int DEFAULT_KILOBYTES = 1024;

    private InternalListenerExtension() {}

    /// @param problems at the bootstrap
    static void enable(
            List<TypedExtensionConfig> extensions, WorkerLoops loops, Problems problems) {
        for (int index = 0; index < extensions.size(); index++) {
            var config = extensions.get(index).getTypedConfig();
            if (config.is(InternalListener.class)) {
                try {
                    InternalListener message = config.unpack(InternalListener.class);
                    int kilobytes =
                            message.hasBufferSizeKb()
                                    ? message.getBufferSizeKb().getValue()
                                    : DEFAULT_KILOBYTES;
                    loops.main().internalListeners().enable(kilobytes * 1024);
                } catch (InvalidProtocolBufferException wrong) {
                    problems.add(
                            "bootstrap_extensions[" + index + "]",
                            "the bytes are not a serialized InternalListener");
                }
            }
        }
    }
}
