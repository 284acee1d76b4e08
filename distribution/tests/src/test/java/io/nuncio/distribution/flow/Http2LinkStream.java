package io.nuncio.distribution.flow;

import io.nuncio.testkit.http2.Frame;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/// One stream of an [Http2Link], whose lock guards what is not final.
final class Http2LinkStream {
    private static final byte STATUS_200 = (byte) 0x88;

    private final Http2Link link;
    private final int id;

    byte[] headers = {};
    long received; // and not read yet
    boolean ended;
    boolean reset;
    long sendWindow;
    private long toSend;
    private int givenBack; // read, but the other end does not know

    Http2LinkStream(Http2Link link, int id, int sendWindow) {
        this.link = link;
        this.id = id;
        this.sendWindow = sendWindow;
    }

    void sendHeaders(long length, String... fields) throws IOException {
        toSend = length;
        Frame frame = length == 0 ? Frame.message(id, fields) : Frame.headers(id, fields);
        link.write(frame.bytes());
    }

    /// The response has begun, and it is a good one.
    void awaitOk() throws IOException {
        synchronized (link) {
            awaitReceived(headers.length > 0);
            while (headers.length == 0) {
                link.await();
                awaitReceived(headers.length > 0);
            }
            // After it there may be changes of the table's size.
            for (byte octet : Arrays.copyOf(headers, Math.min(headers.length, 4))) {
                if (octet == STATUS_200) {
                    return;
                }
            }
        }
        throw new IOException("expected 200: " + Arrays.toString(headers));
    }

    private void awaitReceived(boolean enough) throws IOException {
        if (!enough && (reset || link.closed())) {
            throw new IOException("the stream is over");
        }
    }

    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return read(new byte[1], 0, 1) < 0 ? -1 : 0;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return take(length);
            }
        };
    }

    private int take(int most) throws IOException {
        int count;
        int back = 0;
        synchronized (link) {
            while (received == 0 && !ended) {
                awaitReceived(false);
                link.await();
            }
            if (received == 0) {
                return -1;
            }
            count = (int) Math.min(most, received);
            received -= count;
            givenBack += count;
            if (givenBack >= Http2Link.WINDOW / 2) {
                back = givenBack;
                givenBack = 0;
            }
        }
        if (back > 0) {
            link.write(
                    Frame.join(
                            Frame.windowUpdate(0, back).bytes(),
                            Frame.windowUpdate(id, back).bytes()));
        }
        return count;
    }

    /// The announced content; whatever it is, zeros are sent.
    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                for (int left = length; left > 0; ) {
                    left -= send(left);
                }
            }
        };
    }

    private int send(int most) throws IOException {
        if (toSend < most) {
            throw new EOFException("more than was announced");
        }
        int count = link.takeWindow(this, most);
        toSend -= count;
        int flags = toSend == 0 ? Frame.END_STREAM : 0;
        link.write(Frame.of(Frame.DATA, flags, id, new byte[count]).bytes());
        return count;
    }

    void close() {
        try {
            link.write(Frame.reset(id, "CANCEL").bytes());
        } catch (IOException ended) {
            return; // with its connection
        }
    }
}
