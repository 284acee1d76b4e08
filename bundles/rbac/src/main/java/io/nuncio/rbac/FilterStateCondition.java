package io.nuncio.rbac;

import com.github.xds.core.v3.CidrRange;

import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.nuncio.spi.Address;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TextMatcher;

import java.util.ArrayList;
import java.util.List;

/// Compiles conditions on an object of the filter state. One that is not there fulfils none.
final class FilterStateCondition {
    private FilterStateCondition() {}

    static Condition of(FilterStateMatcher message, Facts facts) {
        String key = message.getKey();
        Problems problems = facts.context().problems();
        switch (message.getMatcherCase()) {
            case STRING_MATCH -> {
                TextMatcher matcher =
                        facts.context().textMatcher("string_match", message.getStringMatch());
                return subject -> {
                    String text = FilterStateObject.textOf(subject.info().filterState(key));
                    return text != null && matcher.matches(text);
                };
            }
            case ADDRESS_MATCH -> {
                List<IpRange> ranges =
                        ranges(
                                message.getAddressMatch().getRangesList(),
                                problems.in("address_match"));
                return subject ->
                        subject.info().filterState(key) instanceof Address.Ip ip
                                && contains(ranges, ip);
            }
            case MATCHER_NOT_SET -> problems.add("", "names no condition");
        }
        return _ -> false;
    }

    private static boolean contains(List<IpRange> ranges, Address.Ip address) {
        for (IpRange range : ranges) {
            if (range.contains(address.address())) {
                return true;
            }
        }
        return false;
    }

    private static List<IpRange> ranges(List<CidrRange> messages, Problems problems) {
        var ranges = new ArrayList<IpRange>(messages.size());
        for (int index = 0; index < messages.size(); index++) {
            IpRange range = IpRange.of(messages.get(index), problems.in("ranges[" + index + "]"));
            if (range != null) {
                ranges.add(range);
            }
        }
        return List.copyOf(ranges);
    }
}
