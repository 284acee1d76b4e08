package io.nuncio.kernel.stats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Takes the names of statistics apart with a list of extractors. Immutable.
///
/// An extractor that tells with which token its names begin is asked only for those. Of two
/// extractors of the same tag the first that finds it wins.
final class TagProducer {
    private final List<TagExtractor> forAnyName = new ArrayList<>();
    private final Map<String, List<TagExtractor>> byFirstToken = new HashMap<>();

    TagProducer(List<TagExtractor> extractors) {
        for (TagExtractor extractor : extractors) {
            if (extractor.firstToken().isEmpty()) {
                forAnyName.add(extractor);
            } else {
                byFirstToken
                        .computeIfAbsent(extractor.firstToken(), _ -> new ArrayList<>())
                        .add(extractor);
            }
        }
    }

    TaggedName tags(String name) {
        TagExtraction extraction = new TagExtraction(name);
        extract(forAnyName, extraction);
        int dot = name.indexOf('.');
        if (dot >= 0) {
            extract(byFirstToken.getOrDefault(name.substring(0, dot), List.of()), extraction);
        }
        return extraction.finish();
    }

    private static void extract(List<TagExtractor> extractors, TagExtraction extraction) {
        for (TagExtractor extractor : extractors) {
            if (!extraction.has(extractor.tag())) {
                extractor.extract(extraction);
            }
        }
    }
}
