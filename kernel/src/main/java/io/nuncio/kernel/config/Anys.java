package io.nuncio.kernel.config;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;

/// Reads an Any that may be generated or dynamic.
final class Anys {
    private Anys() {}

    static boolean isAny(Descriptor type) {
        return type.getFullName().equals("google.protobuf.Any");
    }

    static String typeUrl(Message any) {
        return any instanceof Any generated
                ? generated.getTypeUrl()
                : (String)
                        any.getField(
                                any.getDescriptorForType()
                                        .findFieldByNumber(Any.TYPE_URL_FIELD_NUMBER));
    }

    static ByteString value(Message any) {
        return any instanceof Any generated
                ? generated.getValue()
                : (ByteString)
                        any.getField(
                                any.getDescriptorForType()
                                        .findFieldByNumber(Any.VALUE_FIELD_NUMBER));
    }
}
