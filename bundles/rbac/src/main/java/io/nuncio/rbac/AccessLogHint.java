package io.nuncio.rbac;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.StreamInfo;

/// Notes in the dynamic metadata that all filters share whether to log.
final class AccessLogHint {
    private static final Struct YES = hint(true);
    private static final Struct NO = hint(false);

    private AccessLogHint() {}

    static void note(StreamInfo info, boolean log) {
        info.mergeMetadata("envoy.common", log ? YES : NO);
    }

    private static Struct hint(boolean log) {
        return Struct.newBuilder()
                .putFields("access_log_hint", Value.newBuilder().setBoolValue(log).build())
                .build();
    }
}
