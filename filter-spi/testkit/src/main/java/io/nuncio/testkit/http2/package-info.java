/// HTTP/2 frame by frame, for tests: a peer that sends whatever it is told, right or wrong, and
/// records what it gets.
///
/// [Http2Peer] is a connection of either side, [Http2Upstream] accepts such; [Frame] has the
/// frames. Blocking calls with a time limit, for any thread.
@NullMarked
package io.nuncio.testkit.http2;

import org.jspecify.annotations.NullMarked;
