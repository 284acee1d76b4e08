package io.nuncio.kernel.match.tree;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList;
import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.kernel.match.ValueMatch;
import io.nuncio.spi.Category;
import io.nuncio.spi.CustomMatcherTemplate;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.InputMatcher;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Matchers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Compiles matchers. Thread: main.
public final class MatchTreeCompiler implements Matchers {
    private final Extensions extensions;

    public MatchTreeCompiler(Extensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public <A> MatchTree<A> compile(
            Matcher config, Data data, Class<A> action, FactoryContext context, String field) {
        return new Compilation<>(data, action, context).tree(config, field);
    }

    @Override
    public Predicate<HeaderMap> header(HeaderMatcher config, Problems problems, String field) {
        HeaderMatch match = HeaderMatch.of(config, problems, field);
        return match == null ? _ -> false : match::matches;
    }

    @Override
    public MetadataCondition metadata(MetadataMatcher config, Problems problems, String field) {
        return new OneValue(
                MetadataPath.of(config),
                ValueMatch.of(config.getValue(), problems, field + ".value"),
                config.getInvert());
    }

    private record OneValue(MetadataPath path, ValueMatch match, boolean invert)
            implements MetadataCondition {
        @Override
        public String namespace() {
            return path.namespace();
        }

        @Override
        public boolean matches(@Nullable Struct metadata) {
            return match.matches(path.value(metadata)) != invert;
        }
    }

    /// One matcher with all below it.
    private final class Compilation<A> {
        private final Data data;
        private final Class<A> action;
        private final FactoryContext context;
        private final Problems problems;

        Compilation(Data data, Class<A> action, FactoryContext context) {
            this.data = data;
            this.action = action;
            this.context = context;
            this.problems = context.problems();
        }

        MatchTree<A> tree(Matcher config, String field) {
            MatchTree<A> onNoMatch =
                    config.hasOnNoMatch()
                            ? onMatch(config.getOnNoMatch(), field + ".on_no_match")
                            : nothing();
            return switch (config.getMatcherTypeCase()) {
                case MATCHER_LIST ->
                        list(config.getMatcherList(), onNoMatch, field + ".matcher_list");
                case MATCHER_TREE ->
                        map(config.getMatcherTree(), onNoMatch, field + ".matcher_tree");
                case MATCHERTYPE_NOT_SET -> onNoMatch;
            };
        }

        private MatchTree<A> nothing() {
            return _ -> MatchResult.noMatch();
        }

        private MatchTree<A> onMatch(Matcher.OnMatch config, String field) {
            return switch (config.getOnMatchCase()) {
                case MATCHER -> tree(config.getMatcher(), field + ".matcher");
                case ACTION -> action(config.getAction(), field + ".action");
                case ONMATCH_NOT_SET -> {
                    problems.add(field, "names neither a matcher nor an action");
                    yield nothing();
                }
            };
        }

        private MatchTree<A> action(TypedExtensionConfig config, String field) {
            Object made = extension(Category.MATCHING_ACTION, config, Object.class, field);
            if (made == null) {
                return nothing();
            }
            if (!action.isInstance(made)) {
                problems.add(field, "`" + config.getName() + "` is no action for this place");
                return nothing();
            }
            MatchResult<A> result = new MatchResult.Matched<>(action.cast(made));
            return _ -> result;
        }

        private MatchTree<A> list(
                Matcher.MatcherList config, MatchTree<A> onNoMatch, String field) {
            int count = config.getMatchersCount();
            FieldMatch[] predicates = new FieldMatch[count];
            List<MatchTree<A>> branches = new ArrayList<>(count);
            for (int index = 0; index < count; index++) {
                String place = field + ".matchers[" + index + "]";
                var matcher = config.getMatchers(index);
                predicates[index] = predicate(matcher.getPredicate(), place + ".predicate");
                branches.add(onMatch(matcher.getOnMatch(), place + ".on_match"));
            }
            return new ListTree<>(predicates, branches, onNoMatch);
        }

        private FieldMatch predicate(MatcherList.Predicate config, String field) {
            return switch (config.getMatchTypeCase()) {
                case SINGLE_PREDICATE ->
                        single(config.getSinglePredicate(), field + ".single_predicate");
                case OR_MATCHER ->
                        new FieldMatch.Any(all(config.getOrMatcher(), field + ".or_matcher"));
                case AND_MATCHER ->
                        new FieldMatch.All(all(config.getAndMatcher(), field + ".and_matcher"));
                case NOT_MATCHER ->
                        new FieldMatch.Not(
                                predicate(config.getNotMatcher(), field + ".not_matcher"));
                case MATCHTYPE_NOT_SET -> {
                    problems.add(field, "names no condition");
                    yield FieldMatch.NEVER;
                }
            };
        }

        private FieldMatch[] all(MatcherList.Predicate.PredicateList config, String field) {
            FieldMatch[] all = new FieldMatch[config.getPredicateCount()];
            for (int index = 0; index < all.length; index++) {
                all[index] =
                        predicate(config.getPredicate(index), field + ".predicate[" + index + "]");
            }
            return all;
        }

        private FieldMatch single(MatcherList.Predicate.SinglePredicate config, String field) {
            MatchInput input = input(config.getInput(), field + ".input");
            InputMatcher matcher =
                    switch (config.getMatcherCase()) {
                        case VALUE_MATCH ->
                                TextInput.matcher(
                                        config.getValueMatch(), problems, field + ".value_match");
                        case CUSTOM_MATCH ->
                                extension(
                                        Category.INPUT_MATCHER,
                                        config.getCustomMatch(),
                                        InputMatcher.class,
                                        field + ".custom_match");
                        case MATCHER_NOT_SET -> {
                            problems.add(field, "names no condition on the value");
                            yield null;
                        }
                    };
            if (input == null || matcher == null) {
                return FieldMatch.NEVER;
            }
            if (!matcher.type().isAssignableFrom(input.type())) {
                problems.add(
                        field,
                        "the input gives "
                                + input.type().getSimpleName()
                                + ", the condition takes "
                                + matcher.type().getSimpleName());
            }
            return new FieldMatch.Single(input, matcher);
        }

        private @Nullable MatchInput input(TypedExtensionConfig config, String field) {
            Category category =
                    data == Data.HTTP ? Category.MATCHER_INPUT : Category.NETWORK_MATCHER_INPUT;
            return extension(category, config, MatchInput.class, field);
        }

        private MatchTree<A> map(Matcher.MatcherTree config, MatchTree<A> onNoMatch, String field) {
            MatchInput input = input(config.getInput(), field + ".input");
            if (input == null) {
                return nothing();
            }
            if (config.getTreeTypeCase() != Matcher.MatcherTree.TreeTypeCase.CUSTOM_MATCH
                    && input.type() != String.class) {
                problems.add(field + ".input", "a map takes text");
            }
            return switch (config.getTreeTypeCase()) {
                case EXACT_MATCH_MAP ->
                        new ExactTree<>(
                                input,
                                branches(config.getExactMatchMap(), field + ".exact_match_map"),
                                onNoMatch);
                case PREFIX_MATCH_MAP ->
                        new PrefixTree<>(
                                input,
                                branches(config.getPrefixMatchMap(), field + ".prefix_match_map"),
                                onNoMatch);
                case CUSTOM_MATCH ->
                        custom(config.getCustomMatch(), input, onNoMatch, field + ".custom_match");
                case TREETYPE_NOT_SET -> {
                    problems.add(field, "names no map");
                    yield nothing();
                }
            };
        }

        private Map<String, MatchTree<A>> branches(
                Matcher.MatcherTree.MatchMap config, String field) {
            var branches = new HashMap<String, MatchTree<A>>();
            config.getMapMap()
                    .forEach((key, branch) ->
                            branches.put(
                                    TextInput.bytes(key),
                                    onMatch(branch, field + ".map[\"" + key + "\"]")));
            return branches;
        }

        private MatchTree<A> custom(
                TypedExtensionConfig config,
                MatchInput input,
                MatchTree<A> onNoMatch,
                String field) {
            Category category =
                    data == Data.HTTP ? Category.CUSTOM_MATCHER : Category.NETWORK_CUSTOM_MATCHER;
            CustomMatcherTemplate template =
                    extension(category, config, CustomMatcherTemplate.class, field);
            if (template == null) {
                return nothing();
            }
            String type = config.getTypedConfig().getTypeUrl();
            String inner = field + ".typed_config<" + type.substring(type.lastIndexOf('.') + 1);
            return template.create(new Node(input, onNoMatch, inner + ">"));
        }

        private <T> @Nullable T extension(
                Category category, TypedExtensionConfig config, Class<T> type, String field) {
            return extensions.compile(
                    category, config.getName(), config.getTypedConfig(), type, context, field);
        }

        /// What a custom matcher is made of.
        private final class Node implements CustomMatcherTemplate.Context<A> {
            private final MatchInput input;
            private final MatchTree<A> onNoMatch;
            private final String place;

            Node(MatchInput input, MatchTree<A> onNoMatch, String place) {
                this.input = input;
                this.onNoMatch = onNoMatch;
                this.place = place;
            }

            @Override
            public MatchInput input() {
                return input;
            }

            @Override
            public MatchTree<A> onMatch(Matcher.OnMatch branch, String field) {
                return Compilation.this.onMatch(branch, place + "." + field);
            }

            @Override
            public MatchTree<A> onNoMatch() {
                return onNoMatch;
            }

            @Override
            public Problems problems() {
                return problems.in(place);
            }
        }
    }
}
