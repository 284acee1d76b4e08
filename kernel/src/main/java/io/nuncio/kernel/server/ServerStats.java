package io.nuncio.kernel.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/// The statistics of the process, `server.`, under Envoy's names; `nuncio.` has what a JVM has
/// besides.
///
/// @param memoryDirect bytes that the buffers of connections have of the system, outside the heap
record ServerStats(
        Gauge uptime,
        Gauge concurrency,
        Gauge memoryAllocated,
        Gauge memoryHeapSize,
        Gauge memoryPhysicalSize,
        Gauge memoryDirect,
        Gauge live,
        Gauge state,
        Gauge totalConnections,
        Gauge parentConnections,
        Gauge hotRestartEpoch,
        Gauge version,
        Gauge daysUntilFirstCertExpiring,
        Gauge secondsUntilFirstOcspResponseExpiring,
        Counter debugAssertionFailures,
        Counter staticUnknownFields,
        Counter dynamicUnknownFields,
        Histogram initializationTimeMillis) {

    static ServerStats in(StatsScope root) {
        StatsScope scope = root.scope("server");
        return new ServerStats(
                scope.gauge("uptime"),
                scope.gauge("concurrency"),
                scope.gauge("memory_allocated"),
                scope.gauge("memory_heap_size"),
                scope.gauge("memory_physical_size"),
                root.scope("nuncio").gauge("memory_direct"),
                scope.gauge("live"),
                scope.gauge("state"),
                scope.gauge("total_connections"),
                scope.gauge("parent_connections"),
                scope.gauge("hot_restart_epoch"),
                scope.gauge("version"),
                scope.gauge("days_until_first_cert_expiring"),
                scope.gauge("seconds_until_first_ocsp_response_expiring"),
                scope.counter("debug_assertion_failures"),
                scope.counter("static_unknown_fields"),
                scope.counter("dynamic_unknown_fields"),
                scope.histogram("initialization_time_ms", Histogram.Unit.MILLISECONDS));
    }

    /// Brings what is only looked at now and then up to date. Thread: main.
    void refresh(LifeCycle.State now, long uptimeSeconds, long connections) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        uptime.set(uptimeSeconds);
        memoryAllocated.set(memory.getHeapMemoryUsage().getUsed());
        memoryHeapSize.set(memory.getHeapMemoryUsage().getCommitted());
        memoryPhysicalSize.set(
                memory.getHeapMemoryUsage().getCommitted()
                        + memory.getNonHeapMemoryUsage().getCommitted());
        memoryDirect.set(directBytes());
        live.set(now == LifeCycle.State.LIVE ? 1 : 0);
        state.set(now.number());
        totalConnections.set(connections);
    }

    private static long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator
                ? allocator.metric().usedDirectMemory()
                : 0;
    }
}
