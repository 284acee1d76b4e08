package io.nuncio.kernel.stats;

/// Finds the value of one tag in the names of statistics. Immutable.
sealed interface TagExtractor permits FixedTag, PatternTag, TokenTag {
    /// The name of the tag.
    String tag();

    /// The first token that a name must have to be worth a look; empty for any.
    String firstToken();

    /// @return true if the tag was found and added
    boolean extract(TagExtraction extraction);
}
