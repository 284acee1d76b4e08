package io.nuncio.kernel.upstream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What one worker counted about one host. Written by its worker alone, read by any thread.
final class HostCounts {
    static final int CX_ACTIVE = 0;
    static final int CX_CONNECT_FAIL = 1;
    static final int CX_TOTAL = 2;
    static final int RQ_ERROR = 3;
    static final int RQ_SUCCESS = 4;
    static final int RQ_TIMEOUT = 5;
    static final int RQ_TOTAL = 6;
    static final int SIZE = 7;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[SIZE];

    void add(int which, long amount) {
        CELL.setOpaque(cells, which, cells[which] + amount);
    }

    long value(int which) {
        return (long) CELL.getOpaque(cells, which);
    }
}
