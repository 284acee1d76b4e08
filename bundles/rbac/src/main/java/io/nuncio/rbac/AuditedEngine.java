package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.RBAC.AuditLoggingOptions;
import io.envoyproxy.envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditCondition;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacAuditLogger;

import java.util.ArrayList;
import java.util.List;

/// Decides as another engine does, and tells loggers of it.
record AuditedEngine(
        Engine inner, String filter, boolean onAllow, boolean onDeny, List<RbacAuditLogger> loggers)
        implements Engine {
    AuditedEngine {
        loggers = List.copyOf(loggers);
    }

    /// @param place of the rules that `engine` was compiled from
    /// @return `engine` itself if nothing is to be told
    static Engine of(Engine engine, AuditLoggingOptions message, Place place) {
        FactoryContext context =
                place.context()
                        .in(place.prefix() + "rules.audit_logging_options", place.context().name());
        var loggers = new ArrayList<RbacAuditLogger>(message.getLoggerConfigsCount());
        for (int index = 0; index < message.getLoggerConfigsCount(); index++) {
            RbacAuditLogger logger =
                    context.platform()
                            .extensions()
                            .compile(
                                    Category.RBAC_AUDIT_LOGGER,
                                    message.getLoggerConfigs(index).getAuditLogger(),
                                    RbacAuditLogger.class,
                                    context,
                                    "logger_configs[" + index + "].audit_logger");
            if (logger != null) {
                loggers.add(logger);
            }
        }
        AuditCondition condition = message.getAuditCondition();
        boolean both = condition == AuditCondition.ON_DENY_AND_ALLOW;
        boolean onAllow = both || condition == AuditCondition.ON_ALLOW;
        boolean onDeny = both || condition == AuditCondition.ON_DENY;
        if (place.shadow() && (onAllow || onDeny)) {
            context.problems()
                    .add("audit_condition", "shadow rules decide nothing that could be audited");
        }
        return loggers.isEmpty() || (!onAllow && !onDeny)
                ? engine
                : new AuditedEngine(engine, place.context().name(), onAllow, onDeny, loggers);
    }

    @Override
    public Verdict decide(MatchContext subject) {
        Verdict verdict = inner.decide(subject);
        if (verdict.allowed() ? onAllow : onDeny) {
            var decision =
                    new RbacAuditLogger.Decision(filter, verdict.policy(), verdict.allowed());
            for (RbacAuditLogger logger : loggers) {
                logger.log(subject, decision);
            }
        }
        return verdict;
    }
}
