package io.nuncio.kernel.config;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;

/// Remembers what the binder put into each Any and TypedStruct, and parses what came from
/// elsewhere.
final class BoundContents implements AnyContents {
    static final int RECURSION_LIMIT = 1000;

    private final MessageTypes types;
    private final Map<Message, Message> bound = new IdentityHashMap<>();

    BoundContents(MessageTypes types) {
        this.types = types;
    }

    void put(Message anyOrTypedStruct, Message inner) {
        bound.put(anyOrTypedStruct, inner);
    }

    @Override
    public @Nullable Message in(Message anyOrTypedStruct) {
        Message inner = bound.get(anyOrTypedStruct);
        if (inner != null) {
            return inner;
        }
        if (TypedStructs.isTypedStruct(anyOrTypedStruct.getDescriptorForType())) {
            Message prototype =
                    types.find(MessageTypes.nameOf(TypedStructs.typeUrl(anyOrTypedStruct)));
            return prototype == null
                    ? null
                    : TypedStructs.contents(anyOrTypedStruct, prototype, types);
        }
        Message prototype = types.find(MessageTypes.nameOf(Anys.typeUrl(anyOrTypedStruct)));
        if (prototype == null) {
            return null;
        }
        try {
            CodedInputStream input = Anys.value(anyOrTypedStruct).newCodedInput();
            input.setRecursionLimit(RECURSION_LIMIT);
            Message parsed = DynamicMessage.parseFrom(prototype.getDescriptorForType(), input);
            bound.put(anyOrTypedStruct, parsed);
            return parsed;
        } catch (InvalidProtocolBufferException broken) {
            return null;
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
