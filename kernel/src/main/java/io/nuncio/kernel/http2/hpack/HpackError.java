package io.nuncio.kernel.http2.hpack;

/// Why a header block cannot be decoded; each but [#TOO_MUCH] is a connection error of type
/// COMPRESSION_ERROR (RFC 9113, 4.3).
public enum HpackError {
    /// An index that neither table has.
    INDEX("invalid index"),
    /// A number that is too large, or longer than it needs to be.
    NUMBER("number out of range"),
    /// The block ends within a field.
    TRUNCATED("truncated header block"),
    /// Padding that is too long or not all ones, or the end-of-string symbol.
    HUFFMAN("invalid Huffman code"),
    /// A change of the table's size that is too large, not at the start of a block, or missing.
    TABLE_SIZE("invalid dynamic table size update"),
    /// Far more than the map may have: the block costs more to read than its peer paid for it.
    TOO_MUCH("a header block that decompresses to too much");

    private final String message;

    HpackError(String message) {
        this.message = message;
    }

    /// For the log.
    public String message() {
        return message;
    }
}
