/// Header compression of HTTP/2 (RFC 7541), made for [io.nuncio.spi.HeaderMap]: fields are decoded
/// into the bytes of a map and encoded from there, without an object per field.
///
/// Called by the HTTP/2 codecs: a decoder and an encoder per connection, on its worker. Start
/// reading at [io.nuncio.kernel.http2.hpack.HpackDecoder] and
/// [io.nuncio.kernel.http2.hpack.HpackEncoder]. Both keep what they have seen in a `DynamicTable`,
/// in the very bytes that HTTP/1 would have: `name: value` and a line end.
@NullMarked
package io.nuncio.kernel.http2.hpack;

import org.jspecify.annotations.NullMarked;
