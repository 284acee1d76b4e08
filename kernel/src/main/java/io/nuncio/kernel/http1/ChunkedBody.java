package io.nuncio.kernel.http1;

import io.netty.buffer.ByteBuf;
import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.internal.Slices;

/// Takes a body out of its chunks. Extensions are read over; the line ends around chunks must be
/// CRLF, since what passes for one otherwise differs between implementations.
///
/// | limit | value | when exceeded |
/// | --- | --- | --- |
/// | digits of a chunk's length | 15 | refused |
/// | bytes of one chunk's extensions | 4096 | refused |
final class ChunkedBody {
    private static final int MOST_DIGITS = 15;
    private static final int LONGEST_EXTENSION = 4096;

    private enum State {
        LENGTH,
        EXTENSION,
        LENGTH_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        DONE,
        REFUSED
    }

    private State state = State.DONE;
    private long left;
    private int digits;
    private int extension;

    void start() {
        nextChunk();
    }

    private void nextChunk() {
        state = State.LENGTH;
        left = 0;
        digits = 0;
        extension = 0;
    }

    /// True after the last chunk; what follows are the trailers.
    boolean done() {
        return state == State.DONE;
    }

    boolean refused() {
        return state == State.REFUSED;
    }

    /// Moves the chunks' data from `input` to `body`, as far as it goes.
    void parse(Slices input, Slices body) {
        while (input.length() > 0 && state != State.DONE && state != State.REFUSED) {
            if (state == State.DATA) {
                int count = (int) Math.min(left, input.length());
                body.take(input, count);
                left -= count;
                if (left == 0) {
                    state = State.DATA_CR;
                }
                continue;
            }
            ByteBuf slice = input.get(0);
            int from = slice.readerIndex();
            int limit = slice.writerIndex();
            int at = from;
            while (at < limit && state != State.DATA && state != State.DONE) {
                if (state == State.REFUSED) {
                    break;
                }
                step(slice.getByte(at++));
            }
            input.skip(at - from);
        }
    }

    private void step(byte octet) {
        switch (state) {
            case LENGTH -> length(octet);
            case EXTENSION -> extension(octet);
            case LENGTH_LF -> {
                if (octet != '\n') {
                    state = State.REFUSED;
                } else {
                    state = left == 0 ? State.DONE : State.DATA;
                }
            }
            case DATA_CR -> state = octet == '\r' ? State.DATA_LF : State.REFUSED;
            case DATA_LF -> {
                if (octet == '\n') {
                    nextChunk();
                } else {
                    state = State.REFUSED;
                }
            }
            case DATA, DONE, REFUSED -> {}
        }
    }

    private void length(byte octet) {
        int digit = Character.digit(octet, 16);
        if (digit >= 0 && octet > 0) {
            left = left << 4 | digit;
            if (++digits > MOST_DIGITS) {
                state = State.REFUSED;
            }
        } else if (digits == 0) {
            state = State.REFUSED;
        } else if (octet == '\r') {
            state = State.LENGTH_LF;
        } else if (octet == ';' || Octets.blank(octet)) {
            state = State.EXTENSION;
        } else {
            state = State.REFUSED;
        }
    }

    private void extension(byte octet) {
        if (octet == '\r') {
            state = State.LENGTH_LF;
        } else if (octet >= 0 && octet < 0x20 && octet != '\t'
                || octet == 0x7f
                || ++extension > LONGEST_EXTENSION) {
            state = State.REFUSED;
        }
    }
}
