package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class KeptRegistrationTest {
    private final List<IoOps> submitted = new ArrayList<>();
    private final IoRegistration registration =
            new KeptRegistration(
                    new IoRegistration() {
                        @Override
                        public long submit(IoOps ops) {
                            submitted.add(ops);
                            return 0;
                        }

                        @Override
                        @SuppressWarnings("unchecked")
                        public <T> T attachment() {
                            return (T) "attachment";
                        }

                        @Override
                        public boolean isValid() {
                            return true;
                        }

                        @Override
                        public boolean cancel() {
                            return true;
                        }
                    });

    @Test
    void aSocketThatWaitsForNothingStaysInEpoll() {
        registration.submit(EpollIoOps.EPOLLIN);
        registration.submit(EpollIoOps.NONE);
        registration.submit(EpollIoOps.EPOLLOUT);

        assertThat(submitted)
                .containsExactly(EpollIoOps.EPOLLIN, EpollIoOps.EPOLLET, EpollIoOps.EPOLLOUT);
    }

    @Test
    void oneThatHasNeverWaitedIsNotPutIn() {
        registration.submit(EpollIoOps.NONE);

        assertThat(submitted).containsExactly(EpollIoOps.NONE);
    }

    @Test
    void allElseIsTheRegistrationsOwn() {
        String attachment = registration.attachment();

        assertThat(attachment).isEqualTo("attachment");
        assertThat(registration.isValid()).isTrue();
        assertThat(registration.cancel()).isTrue();
    }
}
