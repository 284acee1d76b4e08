package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;

import java.util.function.DoubleSupplier;

/// How the least loaded host is found.
///
/// @param choices how many hosts are drawn and compared, 2 by default
/// @param fullScan true to compare all hosts
/// @param bias where weights differ, a host weighs weight / (active requests + 1) ^ bias; 1 by
///   default, 0 for no regard to requests
record LeastRequestConfig(int choices, boolean fullScan, DoubleSupplier bias) {
    @SuppressWarnings("deprecation") // enable_full_scan is read as Envoy reads it
    static LeastRequestConfig from(LeastRequest message, RuntimeValues runtime, Problems problems) {
        double byDefault =
                message.hasActiveRequestBias()
                        ? message.getActiveRequestBias().getDefaultValue()
                        : 1;
        if (byDefault < 0) {
            problems.at("active_request_bias.default_value").expected("0 or more").found(byDefault);
        }
        DoubleSupplier bias =
                runtime.number(message.getActiveRequestBias().getRuntimeKey(), byDefault);
        return new LeastRequestConfig(
                message.hasChoiceCount() ? message.getChoiceCount().getValue() : 2,
                message.getSelectionMethod() == LeastRequest.SelectionMethod.FULL_SCAN
                        || message.getEnableFullScan().getValue(),
                bias);
    }
}
