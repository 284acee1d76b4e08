package io.nuncio.http.headermutation;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;

import java.util.ArrayList;
import java.util.List;

/// One change of a header.
sealed interface HeaderMutation {
    /// @param context what command operators in values read
    void apply(HeaderMap headers, FormatContext context);

    /// Compiles a list; problems are reported below `field`, by position.
    static List<HeaderMutation> all(
            List<io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation> messages,
            FactoryContext context,
            String field) {
        var all = new ArrayList<HeaderMutation>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            FactoryContext place = context.in(field + "[" + i + "]", context.name());
            switch (message.getActionCase()) {
                case APPEND ->
                        all.add(new Append(place.headerChange("append", message.getAppend())));
                case REMOVE -> {
                    if (message.getRemove().startsWith(":")) {
                        place.problems()
                                .add("remove", "`" + message.getRemove() + "` cannot be removed");
                        continue;
                    }
                    try {
                        all.add(new Remove(HeaderName.of(message.getRemove())));
                    } catch (IllegalArgumentException wrong) {
                        place.problems()
                                .at("remove")
                                .expected("the name of a header")
                                .found(message.getRemove());
                    }
                }
                case ACTION_NOT_SET ->
                        place.problems().add("", "names no action; expected append or remove");
            }
        }
        return all;
    }

    /// Adds or overwrites a header.
    record Append(HeaderChanges change) implements HeaderMutation {
        @Override
        public void apply(HeaderMap headers, FormatContext context) {
            change.apply(headers, context);
        }
    }

    /// Removes every value of a header.
    record Remove(HeaderName name) implements HeaderMutation {
        @Override
        public void apply(HeaderMap headers, FormatContext context) {
            headers.remove(name);
        }
    }
}
