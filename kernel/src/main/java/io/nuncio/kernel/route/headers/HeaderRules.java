package io.nuncio.kernel.route.headers;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What one level (route, virtual host, table or weighted cluster) changes in one kind of headers:
/// first it removes, then it overwrites, then it adds. All values are worked out before anything is
/// overwritten.
public final class HeaderRules implements HeaderChanges {
    /// Changes nothing.
    public static final HeaderRules NONE =
            new HeaderRules(new HeaderName[0], new HeaderAddition[0]);

    private final HeaderName[] removals;
    private final HeaderAddition[] additions;

    private HeaderRules(HeaderName[] removals, HeaderAddition[] additions) {
        this.removals = removals;
        this.additions = additions;
    }

    /// Compiles one level; problems are reported below the fields `kind_headers_to_add` and
    /// `kind_headers_to_remove`.
    ///
    /// @param kind `request` or `response`
    public static HeaderRules of(
            List<HeaderValueOption> toAdd,
            List<String> toRemove,
            FactoryContext context,
            String kind) {
        if (toAdd.isEmpty() && toRemove.isEmpty()) {
            return NONE;
        }
        List<HeaderAddition> additions = additions(toAdd, context, kind + "_headers_to_add");
        var removals = new ArrayList<HeaderName>();
        for (int i = 0; i < toRemove.size(); i++) {
            var name =
                    modifiableName(
                            toRemove.get(i),
                            context.problems(),
                            kind + "_headers_to_remove[" + i + "]");
            if (name != null) {
                removals.add(name);
            }
        }
        return new HeaderRules(
                removals.toArray(new HeaderName[0]), additions.toArray(new HeaderAddition[0]));
    }

    /// Compiles a list of headers to add; problems are reported below `field`.
    public static HeaderRules adding(
            List<HeaderValueOption> toAdd, FactoryContext context, String field) {
        return toAdd.isEmpty()
                ? NONE
                : new HeaderRules(
                        new HeaderName[0],
                        additions(toAdd, context, field).toArray(new HeaderAddition[0]));
    }

    /// Compiles one header to add, which may be any; problems are reported below `field`.
    public static HeaderRules addingOne(
            HeaderValueOption toAdd, FactoryContext context, String field) {
        HeaderAddition addition = HeaderAddition.ofAny(toAdd, context, field);
        return addition == null
                ? NONE
                : new HeaderRules(new HeaderName[0], new HeaderAddition[] {addition});
    }

    private static List<HeaderAddition> additions(
            List<HeaderValueOption> toAdd, FactoryContext context, String field) {
        var additions = new ArrayList<HeaderAddition>();
        for (int i = 0; i < toAdd.size(); i++) {
            var addition = HeaderAddition.of(toAdd.get(i), context, field + "[" + i + "]");
            if (addition != null) {
                additions.add(addition);
            }
        }
        return additions;
    }

    /// The name of a header that routes may change.
    ///
    /// @return null if it is not; the problem is reported
    static @Nullable HeaderName modifiableName(String key, Problems problems, String field) {
        if (key.startsWith(":") || key.equalsIgnoreCase("host")) {
            problems.add(field, "`" + key + "`: :-prefixed or host headers may not be modified");
            return null;
        }
        return anyName(key, problems, field);
    }

    /// @return null if it is no name; the problem is reported
    static @Nullable HeaderName anyName(String key, Problems problems, String field) {
        try {
            return HeaderName.of(key);
        } catch (IllegalArgumentException wrong) {
            problems.at(field).expected("the name of a header").found(key);
            return null;
        }
    }

    @Override
    public boolean isEmpty() {
        return removals.length == 0 && additions.length == 0;
    }

    /// @param context what the operators read; it sees the headers as they are when this level
    ///   begins to add
    @Override
    public void apply(HeaderMap headers, FormatContext context) {
        for (HeaderName name : removals) {
            headers.remove(name);
        }
        if (additions.length == 0) {
            return;
        }
        // Null where nothing is to be added.
        @Nullable String[] values = new String[additions.length];
        for (int i = 0; i < additions.length; i++) {
            values[i] = valueFor(additions[i], headers, context);
        }
        for (int i = 0; i < additions.length; i++) {
            if (values[i] != null && overwrites(additions[i])) {
                headers.set(additions[i].name(), values[i]);
            }
        }
        for (int i = 0; i < additions.length; i++) {
            if (values[i] != null && !overwrites(additions[i])) {
                headers.add(additions[i].name(), values[i]);
            }
        }
    }

    private static @Nullable String valueFor(
            HeaderAddition addition, HeaderMap headers, FormatContext context) {
        boolean wanted =
                switch (addition.action()) {
                    case ADD_IF_ABSENT -> !headers.contains(addition.name());
                    case OVERWRITE_IF_EXISTS -> headers.contains(addition.name());
                    case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD, UNRECOGNIZED -> true;
                };
        if (!wanted) {
            return null;
        }
        String value = addition.value(context);
        return value.isEmpty() && !addition.keepEmpty() ? null : value;
    }

    private static boolean overwrites(HeaderAddition addition) {
        return switch (addition.action()) {
            case OVERWRITE_IF_EXISTS, OVERWRITE_IF_EXISTS_OR_ADD -> true;
            case ADD_IF_ABSENT, APPEND_IF_EXISTS_OR_ADD, UNRECOGNIZED -> false;
        };
    }
}
