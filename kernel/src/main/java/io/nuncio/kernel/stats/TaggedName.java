package io.nuncio.kernel.stats;

import java.util.List;

/// The name of a statistic taken apart: what is left without the tags' values, and the tags.
///
/// @param name such as `cluster.upstream_rq_timeout`
/// @param tags in the order in which they were found
public record TaggedName(String name, List<Tag> tags) {
    public TaggedName {
        tags = List.copyOf(tags);
    }
}
