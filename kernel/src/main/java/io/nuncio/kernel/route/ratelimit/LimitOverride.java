package io.nuncio.kernel.route.ratelimit;

import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.v3.RateLimitUnit;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.spi.RateLimitDescriptor.Limit;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

/// A limit from the dynamic metadata: a struct with `requests_per_unit` and `unit`.
record LimitOverride(MetadataPath path) {
    /// @return null if there is none, or none that makes sense
    @Nullable Limit limit(StreamInfo info) {
        Value value = path.value(info);
        if (value == null || !value.hasStructValue()) {
            return null;
        }
        Value requests = value.getStructValue().getFieldsMap().get("requests_per_unit");
        Value unit = value.getStructValue().getFieldsMap().get("unit");
        if (requests == null || !requests.hasNumberValue() || unit == null) {
            return null;
        }
        for (RateLimitUnit known : RateLimitUnit.values()) {
            if (known != RateLimitUnit.UNRECOGNIZED && known.name().equals(unit.getStringValue())) {
                return new Limit((int) (long) requests.getNumberValue(), known);
            }
        }
        return null;
    }
}
