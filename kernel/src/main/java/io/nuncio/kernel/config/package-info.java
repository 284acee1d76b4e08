/// Configuration text to checked message: reads YAML, JSON, binary and text protobuf, binds it to
/// Envoy's messages by their descriptors with Envoy's leniencies, and reports everything that is
/// wrong with file, line, column and path.
///
/// The server calls it once at start and `--mode validate` calls the very same code, both on the
/// main thread; the checks on bound messages ([ValidateRules], [SupportedFields], [ExtensionCheck])
/// also serve resources that arrive over xDS. The request path never comes here. Start reading at
/// [ConfigLoader]; [Binder] is the heart.
@NullMarked
package io.nuncio.kernel.config;

import org.jspecify.annotations.NullMarked;
