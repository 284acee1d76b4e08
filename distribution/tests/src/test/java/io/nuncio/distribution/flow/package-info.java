/// What the proxy holds while one side is slower than the other. [FlowIT] says what is promised;
/// [FlowPair] has the protocols, [io.nuncio.distribution.ProxyMemory] measures. Runs on the threads
/// of the tests.
@NullMarked
package io.nuncio.distribution.flow;

import org.jspecify.annotations.NullMarked;
