package io.nuncio.rbac;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.MatchInput;
import io.nuncio.testkit.FakeFactoryContext;

/// Makes matchers with one branch for each value of an input; what is found has the value's name.
public final class TestMatcher {
    private final FakeFactoryContext context;
    private final Message inputType;
    private final Matcher.MatcherTree.MatchMap.Builder branches =
            Matcher.MatcherTree.MatchMap.newBuilder();

    /// @param inputType the configuration of the input
    /// @param input that is matched
    public TestMatcher(FakeFactoryContext context, Message inputType, MatchInput input) {
        this.context = context;
        this.inputType = inputType;
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
                                .setInput(
                                        TypedExtensionConfig.newBuilder()
                                                .setName("input")
                                                .setTypedConfig(Any.pack(inputType)))
                                .setExactMatchMap(branches))
                .build();
    }
}
