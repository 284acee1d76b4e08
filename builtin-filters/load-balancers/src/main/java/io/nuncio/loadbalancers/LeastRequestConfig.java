package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;

/// How the least loaded host is found.
///
/// @param choices how many hosts are drawn and compared, 2 by default
/// @param fullScan true to compare all hosts
/// @param givenBias where weights differ, a host weighs weight / (active requests + 1) ^ bias; 1 by
///   default
/// @param biasKey the runtime key whose value takes the bias's place; empty for none
record LeastRequestConfig(
        int choices, boolean fullScan, double givenBias, String biasKey, RuntimeValues runtime) {
    @SuppressWarnings("deprecation") // enable_full_scan is read as Envoy reads it
    static LeastRequestConfig from(LeastRequest message, RuntimeValues runtime, Problems problems) {
        double bias =
                message.hasActiveRequestBias()
                        ? message.getActiveRequestBias().getDefaultValue()
                        : 1;
        if (bias < 0) {
            problems.at("active_request_bias.default_value").expected("0 or more").found(bias);
        }
        return new LeastRequestConfig(
                message.hasChoiceCount() ? message.getChoiceCount().getValue() : 2,
                message.getSelectionMethod() == LeastRequest.SelectionMethod.FULL_SCAN
                        || message.getEnableFullScan().getValue(),
                bias,
                message.getActiveRequestBias().getRuntimeKey(),
                runtime);
    }

    /// The bias at this moment. Worker.
    double bias() {
        if (biasKey.isEmpty()) {
            return givenBias;
        }
        double bias = runtime.number(biasKey, givenBias);
        return bias < 0 ? 1 : bias;
    }
}
