/// How the hosts of a cluster are found: listed (`STATIC`), or looked up by name (`STRICT_DNS`).
///
/// Each extension checks the cluster's endpoints when the configuration is compiled, and its
/// discovery publishes hosts; both on the main thread. Start reading at [StaticExtension], then
/// [StrictDnsDiscovery].
@NullMarked
package io.nuncio.clusters;

import org.jspecify.annotations.NullMarked;
