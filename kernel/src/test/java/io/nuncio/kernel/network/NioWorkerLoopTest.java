package io.nuncio.kernel.network;

class NioWorkerLoopTest extends WorkerLoopTest {
    @Override
    IoEngine engine() {
        return IoEngine.NIO;
    }
}
