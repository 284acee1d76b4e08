package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;

/// Looks into Any and TypedStruct, so that checks can go on inside.
@FunctionalInterface
interface AnyContents {
    /// What an Any or TypedStruct holds, or null if its type is not known or it holds nothing.
    @Nullable Message in(Message anyOrTypedStruct);
}
