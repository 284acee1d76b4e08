package io.nuncio.kernel.stats;

/// A tag that every statistic has.
record FixedTag(String tag, String value) implements TagExtractor {
    @Override
    public String firstToken() {
        return "";
    }

    @Override
    public boolean extract(TagExtraction extraction) {
        extraction.add(tag, value);
        return true;
    }
}
