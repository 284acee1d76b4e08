/// Starts what a user starts: the launcher, in a process of its own, with files. [Distribution]
/// knows where things are, [RunningProxy] is one process.
@NullMarked
package io.nuncio.distribution;

import org.jspecify.annotations.NullMarked;
