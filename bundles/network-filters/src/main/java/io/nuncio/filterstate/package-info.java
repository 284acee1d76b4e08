/// The filters that write formatted values into the filter state, of a connection or of a request.
///
/// [SetFilterStateExtension] and [SetFilterStateHttpExtension] compile the configuration (main
/// thread) into [FilterStateValues], which a filter applies once to its connection or stream
/// (worker). [ObjectKind] knows what the objects are made of. Start reading at [FilterStateValues].
@NullMarked
package io.nuncio.filterstate;

import org.jspecify.annotations.NullMarked;
