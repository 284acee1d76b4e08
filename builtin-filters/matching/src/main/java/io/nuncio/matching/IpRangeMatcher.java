package io.nuncio.matching;

import com.github.xds.type.matcher.v3.IPMatcher;
import com.github.xds.type.matcher.v3.IPMatcher.IPRangeMatcher;

import io.nuncio.spi.Category;
import io.nuncio.spi.CustomMatcherFactory;
import io.nuncio.spi.CustomMatcherTemplate;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.MatchTree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Branches by the range in which an address is.
@Extension(
        name = "envoy.matching.custom_matchers.ip_range_matcher",
        type = "xds.type.matcher.v3.IPMatcher",
        category = {Category.NETWORK_CUSTOM_MATCHER, Category.CUSTOM_MATCHER})
public final class IpRangeMatcher implements CustomMatcherFactory<IPMatcher> {
    @Override
    public CustomMatcherTemplate configure(IPMatcher config, FactoryContext context) {
        return new Template(config);
    }

    /// Not a lambda, since the method has a type parameter of its own.
    private record Template(IPMatcher config) implements CustomMatcherTemplate {
        @Override
        public <A> MatchTree<A> create(Context<A> context) {
            List<IpRangeTree.Row<A>> rows = new ArrayList<>();
            for (int index = 0; index < config.getRangeMatchersCount(); index++) {
                IPRangeMatcher matcher = config.getRangeMatchers(index);
                String field = "range_matchers[" + index + "]";
                MatchTree<A> branch = context.onMatch(matcher.getOnMatch(), field + ".on_match");
                for (int at = 0; at < matcher.getRangesCount(); at++) {
                    IpRange range =
                            IpRange.of(
                                    matcher.getRanges(at),
                                    context.problems().in(field + ".ranges[" + at + "]"));
                    if (range != null) {
                        rows.add(new IpRangeTree.Row<>(range, matcher.getExclusive(), branch));
                    }
                }
            }
            // Stable: of ranges of one length the first of the configuration comes first.
            rows.sort(Comparator.comparingInt((IpRangeTree.Row<A> row) -> -row.range().length()));
            return new IpRangeTree<>(context.input(), rows, context.onNoMatch());
        }
    }
}
