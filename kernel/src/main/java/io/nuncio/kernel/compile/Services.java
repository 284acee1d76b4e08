package io.nuncio.kernel.compile;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.nuncio.kernel.accesslog.LogFiles;
import io.nuncio.kernel.calls.CallServices;
import io.nuncio.kernel.calls.ServiceTargets;
import io.nuncio.kernel.format.Formats;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Platform;

/// What every place context hands out; one per server.
///
/// @param workers how many workers there are
/// @param files watches files
public record Services(
        Node node,
        RuntimeValues runtime,
        Worker mainThread,
        int workers,
        Formats formats,
        LogFiles logFiles,
        FileWatcher files,
        SharedValues shared,
        CallServices calls,
        ServiceTargets targets,
        Platform platform) {}
