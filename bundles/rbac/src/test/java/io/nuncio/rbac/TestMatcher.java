package io.nuncio.rbac;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.MatchInput;
import io.nuncio.testkit.FakeFactoryContext;

/// Makes matchers with one branch for each value of an input; what is found has the value's name.
public final class TestMatcher {
    private final FakeFactoryContext context;
    private final Matcher.MatcherTree.MatchMap.Builder branches =
            Matcher.MatcherTree.MatchMap.newBuilder();

    /// @param input that is matched
    public TestMatcher(FakeFactoryContext context, MatchInput input) {
        this.context = context;
        context.platform().extension("input", input);
    }

    public TestMatcher on(String value, RBAC.Action action) {
        Action message = Action.newBuilder().setName(value).setAction(action).build();
        context.platform().extension(value, new RbacAction.Factory().configure(message, context));
        branches.putMap(
                value,
                Matcher.OnMatch.newBuilder()
                        .setAction(
                                TypedExtensionConfig.newBuilder()
                                        .setName(value)
                                        .setTypedConfig(Any.pack(message)))
                        .build());
        return this;
    }

    public Matcher make() {
        return Matcher.newBuilder()
                .setMatcherTree(
                        Matcher.MatcherTree.newBuilder()
                                .setInput(TypedExtensionConfig.newBuilder().setName("input"))
                                .setExactMatchMap(branches))
                .build();
    }
}
