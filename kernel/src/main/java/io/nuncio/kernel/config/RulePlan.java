package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;

import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.FieldRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What one message type must satisfy: its required oneofs, its fields' rules, and the messages to
/// go on with.
final class RulePlan {
    private final boolean any;
    private final boolean typedStruct;
    private final List<OneofDescriptor> requiredOneofs;
    private final List<Field> fields;

    @FunctionalInterface
    interface Violations {
        /// @param owner the path of the message that has the field
        void add(FieldPath owner, FieldPath path, String reason);
    }

    /// One field with rules, or with messages inside.
    ///
    /// @param presence true if the rules of values apply only when the field is set
    /// @param value the rules of the value, or of each element or map value; null for none
    /// @param descend true if the value is a message to be checked itself
    private record Field(
            FieldDescriptor descriptor,
            FieldRules rules,
            boolean presence,
            @Nullable ValueRule value,
            @Nullable ValueRule key,
            boolean descend) {}

    private RulePlan(Descriptor type, List<OneofDescriptor> requiredOneofs, List<Field> fields) {
        this.any = Anys.isAny(type);
        this.typedStruct = TypedStructs.isTypedStruct(type);
        this.requiredOneofs = requiredOneofs;
        this.fields = fields;
    }

    static RulePlan of(Descriptor type) {
        List<OneofDescriptor> oneofs = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        boolean off =
                type.getOptions().getExtension(Validate.disabled)
                        || type.getOptions().getExtension(Validate.ignored)
                        || type.getFullName().startsWith("google.protobuf.");
        if (!off) {
            for (OneofDescriptor oneof : type.getRealOneofs()) {
                if (oneof.getOptions().getExtension(Validate.required)) {
                    oneofs.add(oneof);
                }
            }
            for (FieldDescriptor field : type.getFields()) {
                Field planned = field(field);
                if (planned != null) {
                    fields.add(planned);
                }
            }
        }
        return new RulePlan(type, List.copyOf(oneofs), List.copyOf(fields));
    }

    private static @Nullable Field field(FieldDescriptor field) {
        boolean ruled = field.getOptions().hasExtension(Validate.rules);
        FieldRules rules =
                ruled
                        ? field.getOptions().getExtension(Validate.rules)
                        : FieldRules.getDefaultInstance();
        FieldDescriptor element =
                field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
        FieldRules elementRules = rules;
        ValueRule key = null;
        if (field.isMapField()) {
            elementRules = rules.getMap().getValues();
            if (rules.getMap().hasKeys()) {
                key =
                        ValueRule.of(
                                field.getMessageType().findFieldByNumber(1),
                                rules.getMap().getKeys());
            }
        } else if (field.isRepeated()) {
            elementRules = rules.getRepeated().getItems();
        }
        boolean descend =
                element.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && !elementRules.getMessage().getSkip()
                        && descends(element.getMessageType());
        if (!ruled && !descend) {
            return null;
        }
        return new Field(
                field,
                rules,
                field.hasPresence(),
                ValueRule.of(element, elementRules),
                key,
                descend);
    }

    private static boolean descends(Descriptor type) {
        return Anys.isAny(type) || !type.getFullName().startsWith("google.protobuf.");
    }

    void check(
            Message message,
            FieldPath path,
            ValidateRules all,
            AnyContents contents,
            Violations violations) {
        if (any || typedStruct) {
            Message inner = contents.in(message);
            if (inner != null && inner != message) {
                FieldPath at = typedStruct ? path.field("value") : path;
                all.check(
                        inner,
                        at.type(inner.getDescriptorForType().getFullName()),
                        contents,
                        violations);
            }
        }
        for (OneofDescriptor oneof : requiredOneofs) {
            if (!message.hasOneof(oneof)) {
                violations.add(path, path, "one of " + names(oneof) + " is required");
            }
        }
        for (Field field : fields) {
            check(field, message, path, all, contents, violations);
        }
    }

    private static String names(OneofDescriptor oneof) {
        StringBuilder names = new StringBuilder();
        for (FieldDescriptor field : oneof.getFields()) {
            names.append(names.isEmpty() ? "" : ", ")
                    .append('`')
                    .append(field.getName())
                    .append('`');
        }
        return names.toString();
    }

    private static void check(
            Field field,
            Message message,
            FieldPath path,
            ValidateRules all,
            AnyContents contents,
            Violations violations) {
        FieldDescriptor descriptor = field.descriptor();
        if (descriptor.isRepeated()) {
            Object value = message.getField(descriptor);
            FieldPath at = path.field(descriptor.getName());
            if (descriptor.isMapField()) {
                map(field, (List<?>) value, path, at, all, contents, violations);
            } else {
                list(field, (List<?>) value, path, at, all, contents, violations);
            }
            return;
        }
        if (field.presence() && !message.hasField(descriptor)) {
            // A member of a oneof is required only when it is the one that is set.
            if (required(field) && descriptor.getRealContainingOneof() == null) {
                violations.add(path, path.field(descriptor.getName()), "value is required");
            }
            return;
        }
        one(
                field,
                message.getField(descriptor),
                path,
                path.field(descriptor.getName()),
                all,
                contents,
                violations);
    }

    private static boolean required(Field field) {
        FieldRules rules = field.rules();
        return rules.getMessage().getRequired()
                || rules.getAny().getRequired()
                || rules.getDuration().getRequired()
                || rules.getTimestamp().getRequired();
    }

    private static void one(
            Field field,
            Object value,
            FieldPath owner,
            FieldPath at,
            ValidateRules all,
            AnyContents contents,
            Violations violations) {
        if (field.value() != null) {
            String reason = field.value().violation(value);
            if (reason != null) {
                violations.add(owner, at, reason);
            }
        }
        if (field.descend()) {
            all.check((Message) value, at, contents, violations);
        }
    }

    private static void list(
            Field field,
            List<?> values,
            FieldPath owner,
            FieldPath at,
            ValidateRules all,
            AnyContents contents,
            Violations violations) {
        Validate.RepeatedRules rules = field.rules().getRepeated();
        if (values.isEmpty() && rules.getIgnoreEmpty()) {
            return;
        }
        size(
                values.size(),
                rules.hasMinItems() ? rules.getMinItems() : -1,
                rules.hasMaxItems() ? rules.getMaxItems() : -1,
                "item(s)",
                owner,
                at,
                violations);
        if (rules.getUnique()) {
            Set<Object> seen = new HashSet<>();
            int index = 0;
            for (Object value : values) {
                if (!seen.add(value)) {
                    violations.add(
                            owner, at.element(index), "repeated value must contain unique items");
                }
                index++;
            }
        }
        if (field.value() == null && !field.descend()) {
            return;
        }
        int index = 0;
        for (Object value : values) {
            one(field, value, owner, at.element(index++), all, contents, violations);
        }
    }

    private static void map(
            Field field,
            List<?> entries,
            FieldPath owner,
            FieldPath at,
            ValidateRules all,
            AnyContents contents,
            Violations violations) {
        Validate.MapRules rules = field.rules().getMap();
        if (entries.isEmpty() && rules.getIgnoreEmpty()) {
            return;
        }
        size(
                entries.size(),
                rules.hasMinPairs() ? rules.getMinPairs() : -1,
                rules.hasMaxPairs() ? rules.getMaxPairs() : -1,
                "pair(s)",
                owner,
                at,
                violations);
        FieldDescriptor keyField = field.descriptor().getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.descriptor().getMessageType().findFieldByNumber(2);
        for (Object entry : entries) {
            Object key = ((Message) entry).getField(keyField);
            FieldPath entryPath = at.key(key);
            if (field.key() != null) {
                String reason = field.key().violation(key);
                if (reason != null) {
                    violations.add(owner, entryPath, "invalid key: " + reason);
                }
            }
            boolean set = !valueField.hasPresence() || ((Message) entry).hasField(valueField);
            if (rules.getNoSparse() && !set) {
                violations.add(
                        owner, entryPath, "value cannot be sparse, all pairs must be non-nil");
            }
            one(
                    field,
                    ((Message) entry).getField(valueField),
                    owner,
                    entryPath,
                    all,
                    contents,
                    violations);
        }
    }

    private static void size(
            int size,
            long min,
            long max,
            String what,
            FieldPath owner,
            FieldPath at,
            Violations violations) {
        if (min >= 0 && size < min) {
            violations.add(owner, at, "value must contain at least " + min + " " + what);
        }
        if (max >= 0 && size > max) {
            violations.add(owner, at, "value must contain no more than " + max + " " + what);
        }
    }
}
