package io.nuncio.kernel.network;

class EpollConnectionTest extends SocketConnectionTest {
    @Override
    IoEngine engine() {
        return IoEngine.EPOLL;
    }
}
