/// Buckets of tokens, which the filters of this bundle count with: [TokenBucket], made by the size
/// that a [BucketSize] says. Used by workers, which share them without a lock.
@NullMarked
package io.nuncio.tokenbucket;

import org.jspecify.annotations.NullMarked;
