/// For tests: the real proxy in process ([NuncioServer]), upstreams that can be told to misbehave
/// ([FakeUpstream]) and a client that sends exactly the bytes it is given ([RawClient]). Blocking
/// calls with a time limit; for test threads only.
@NullMarked
package io.nuncio.testkit;

import org.jspecify.annotations.NullMarked;
