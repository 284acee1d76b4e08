/// Many connections at once, from client processes of their own, and what they cost the proxy and
/// each other. Start reading at [TlsCrowdIT]. Runs on the threads of the tests.
@NullMarked
package io.nuncio.distribution.crowd;

import org.jspecify.annotations.NullMarked;
