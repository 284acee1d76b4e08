package io.nuncio.kernel.upstream;

/// Why a host is not simply healthy; Envoy's health flags in Envoy's order.
enum HealthFlag {
    FAILED_ACTIVE_HC("/failed_active_hc"),
    FAILED_OUTLIER_CHECK("/failed_outlier_check"),
    FAILED_EDS_HEALTH("/failed_eds_health"),
    DEGRADED_ACTIVE_HC("/degraded_active_hc"),
    DEGRADED_EDS_HEALTH("/degraded_eds_health"),
    PENDING_DYNAMIC_REMOVAL("/pending_dynamic_removal"),
    PENDING_ACTIVE_HC("/pending_active_hc"),
    EXCLUDED_VIA_IMMEDIATE_HC_FAIL("/excluded_via_immediate_hc_fail"),
    ACTIVE_HC_TIMEOUT("/active_hc_timeout"),
    EDS_STATUS_DRAINING("/eds_status_draining");

    /// Any of these makes a host unhealthy.
    static final int UNHEALTHY =
            FAILED_ACTIVE_HC.bit()
                    | FAILED_OUTLIER_CHECK.bit()
                    | FAILED_EDS_HEALTH.bit()
                    | EDS_STATUS_DRAINING.bit();

    /// Any of these makes a host degraded.
    static final int DEGRADED = DEGRADED_ACTIVE_HC.bit() | DEGRADED_EDS_HEALTH.bit();

    /// Those that come from discovery.
    static final int EDS =
            FAILED_EDS_HEALTH.bit() | DEGRADED_EDS_HEALTH.bit() | EDS_STATUS_DRAINING.bit();

    private final String text;

    HealthFlag(String text) {
        this.text = text;
    }

    int bit() {
        return 1 << ordinal();
    }

    /// The flags as `/clusters` prints them.
    static String toText(int flags) {
        var text = new StringBuilder();
        for (HealthFlag flag : values()) {
            if ((flags & flag.bit()) != 0) {
                text.append(flag.text);
            }
        }
        return text.isEmpty() ? "healthy" : text.toString();
    }
}
