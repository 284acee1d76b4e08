/// The extension platform: which bundles there are, what each offers, and loading one when a
/// configuration names it.
///
/// The kernel asks [ExtensionRegistry] for the factory of a category and a configuration type while
/// it compiles a configuration, on the main thread or beside it; every public method may be called
/// from any thread and may read files. Start reading at [ExtensionRegistry]; below it
/// [BundleFolder] indexes the manifests of a folder, [BundleFile] verifies a jar, [BundleStore]
/// keeps what was verified, and [BundleLoader] turns it into factories with Felix. [Generations]
/// are what is installed: a replaced jar becomes another generation beside the one that serves,
/// which ends when no configuration holds it any more.
@NullMarked
package io.nuncio.kernel.extension;

import org.jspecify.annotations.NullMarked;
