/// For tests, in two families.
///
/// Real sockets: the proxy in process (`NuncioServer`), upstreams that can be told to misbehave
/// ([FakeUpstream]) and a client that sends exactly the bytes it is given ([RawClient]). Blocking
/// calls with a time limit.
///
/// No sockets and no time but the test's: [FakeFactoryContext] to compile an extension with,
/// [FakeConnection] to run a network filter on, [HttpStreamHarness] to run an HTTP filter in, and
/// what stands around them, each with the contract of what it stands for. For the test's thread
/// only.
@NullMarked
package io.nuncio.testkit;

import org.jspecify.annotations.NullMarked;
