package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

/// The way from a root message to a field, written only when somebody asks:
/// `clusters[0].typed_config<Router>.x["key"]`.
final class FieldPath {
    static final FieldPath ROOT = new FieldPath(null, "", -1);

    private static final int FIELD = -1;
    private static final int KEY = -2;
    private static final int TYPE = -3;

    private final @Nullable FieldPath parent;
    private final String name;

    /// A list index of 0 or more, or one of the kinds above.
    private final int index;

    private FieldPath(@Nullable FieldPath parent, String name, int index) {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    FieldPath field(String field) {
        return new FieldPath(this, field, FIELD);
    }

    FieldPath element(int at) {
        return new FieldPath(this, "", at);
    }

    FieldPath key(Object key) {
        return new FieldPath(this, key.toString(), KEY);
    }

    /// A step into an Any or TypedStruct.
    FieldPath type(String fullName) {
        return new FieldPath(this, fullName.substring(fullName.lastIndexOf('.') + 1), TYPE);
    }

    /// The path of the message that has this field.
    FieldPath owner() {
        FieldPath at = this;
        while (at.parent != null && at.index != FIELD) {
            at = at.parent;
        }
        return at.parent == null ? at : at.parent;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        write(text);
        return text.toString();
    }

    private void write(StringBuilder text) {
        if (parent == null) {
            return;
        }
        parent.write(text);
        switch (index) {
            case FIELD -> {
                if (!text.isEmpty()) {
                    text.append('.');
                }
                text.append(name);
            }
            case KEY ->
                    text.append("[\"")
                            .append(name.replace("\\", "\\\\").replace("\"", "\\\""))
                            .append("\"]");
            case TYPE -> text.append('<').append(name).append('>');
            default -> text.append('[').append(index).append(']');
        }
    }
}
