/// Who uses what, so that it can be let go at the right moment.
///
/// [io.nuncio.kernel.lease.Leases] are what a compiled configuration holds until it is let go,
/// above all generations of bundles; [io.nuncio.kernel.lease.UseCount] tells when the last stream
/// or connection on any worker has let go of it. The subsystems that compile configurations call
/// them: leases on the main thread, use counts on every loop.
@NullMarked
package io.nuncio.kernel.lease;

import org.jspecify.annotations.NullMarked;
