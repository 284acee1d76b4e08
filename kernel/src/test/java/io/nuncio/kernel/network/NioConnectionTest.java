package io.nuncio.kernel.network;

class NioConnectionTest extends SocketConnectionTest {
    @Override
    IoEngine engine() {
        return IoEngine.NIO;
    }
}
