package io.nuncio.kernel.admin;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.nuncio.kernel.config.MessageJson;
import io.nuncio.kernel.config.MessageTypes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/// `/config_dump`: the configuration as it is in force. `resource` picks one repeated field of one
/// part, `mask` the fields to show, `name_regex` the resources by name. Secrets are redacted.
final class ConfigDumpEndpoint {
    private final List<ConfigSection> sections;
    private final MessageTypes types;
    private final MessageJson json;

    /// A request that cannot be answered.
    private static final class Refused extends Exception {
        private final int status;

        Refused(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }
    }

    ConfigDumpEndpoint(List<ConfigSection> sections, MessageTypes types, MessageJson json) {
        this.sections = sections.stream().sorted(Comparator.comparing(ConfigSection::key)).toList();
        this.types = types;
        this.json = json;
    }

    AdminEndpoint endpoint() {
        return new AdminEndpoint(
                "/config_dump",
                "dump current Envoy configs (experimental)",
                false,
                List.of(
                        AdminEndpoint.Parameter.text("resource", "The resource to dump"),
                        AdminEndpoint.Parameter.text(
                                "mask",
                                "The mask to apply. When both resource and mask are specified, the"
                                    + " mask is applied to every element in the desired repeated"
                                    + " field so that only a subset of fields are returned. The"
                                    + " mask is parsed as a Protobuf::FieldMask"),
                        AdminEndpoint.Parameter.text(
                                "name_regex",
                                "Dump only the currently loaded configurations whose names match"
                                        + " the specified regex. Can be used with both resource and"
                                        + " mask query parameters."),
                        AdminEndpoint.Parameter.flag(
                                "include_eds",
                                "Dump currently loaded configuration including EDS. See the"
                                        + " response definition for more information")),
                this::handle);
    }

    private AdminResponse handle(AdminRequest request) {
        try {
            Pattern name = pattern(request.parameter("name_regex"));
            String text = request.parameter("mask");
            FieldMask mask = text == null ? null : FieldMaskUtil.fromString(text);
            String resource = request.parameter("resource");
            List<Message> messages = dump(request.has("include_eds"), name);
            List<Message> shown = new ArrayList<>();
            if (resource != null) {
                for (Message element : elements(messages, resource)) {
                    shown.add(mask == null ? element : trimmedResource(element, mask));
                }
            } else if (mask != null) {
                masked(messages, mask, shown);
            } else {
                shown.addAll(messages);
            }
            ConfigDump.Builder dump = ConfigDump.newBuilder();
            shown.forEach(message -> dump.addConfigs(Any.pack(message)));
            return AdminResponse.json(json.print(dump.build()));
        } catch (Refused refused) {
            return AdminResponse.text(refused.status, String.valueOf(refused.getMessage()));
        }
    }

    private static @Nullable Pattern pattern(@Nullable String regex) throws Refused {
        if (regex == null) {
            return null;
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException wrong) {
            throw new Refused(
                    400,
                    "Error while parsing name_regex from " + regex + ": " + wrong.getDescription());
        }
    }

    private List<Message> dump(boolean endpoints, @Nullable Pattern name) {
        List<Message> messages = new ArrayList<>();
        for (ConfigSection section : sections) {
            if (endpoints || !section.key().equals(ConfigSection.ENDPOINTS)) {
                Message message = section.dump().get();
                messages.add(name == null ? message : named(message, name));
            }
        }
        return messages;
    }

    /// Without the resources whose names do not match; what is not repeated stays.
    private Message named(Message message, Pattern name) {
        Message.Builder builder = message.toBuilder();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                builder.clearField(field);
                for (Message element : elements(message, field)) {
                    String resourceName = name(element);
                    if (resourceName == null || name.matches(resourceName)) {
                        builder.addRepeatedField(field, element);
                    }
                }
            }
        }
        return builder.build();
    }

    /// The element's own name, or that of the resource that it carries.
    private @Nullable String name(Message element) {
        for (String candidate : List.of("name", "cluster_name")) {
            FieldDescriptor field = element.getDescriptorForType().findFieldByName(candidate);
            if (field != null && element.getField(field) instanceof String text) {
                return text;
            }
        }
        for (Object value : element.getAllFields().values()) {
            if (value instanceof Any any) {
                Message resource = unpacked(any);
                return resource == null ? null : name(resource);
            }
        }
        return null;
    }

    private @Nullable Message unpacked(Any any) {
        String url = any.getTypeUrl();
        Message type = types.find(url.substring(url.lastIndexOf('/') + 1));
        try {
            return type == null ? null : type.getParserForType().parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException _) {
            return null;
        }
    }

    private static List<Message> elements(List<Message> messages, String resource) throws Refused {
        List<Message> found = new ArrayList<>();
        boolean known = false;
        for (Message message : messages) {
            FieldDescriptor field = message.getDescriptorForType().findFieldByName(resource);
            if (field == null) {
                continue;
            }
            if (!field.isRepeated()) {
                throw new Refused(
                        400,
                        resource
                                + " is not a repeated field. Use ?mask="
                                + resource
                                + " to get only this field");
            }
            known = true;
            found.addAll(elements(message, field));
        }
        if (!known) {
            throw new Refused(404, resource + " not found in config dump");
        }
        return found;
    }

    private static List<Message> elements(Message message, FieldDescriptor field) {
        List<Message> elements = new ArrayList<>();
        for (int index = 0; index < message.getRepeatedFieldCount(field); index++) {
            elements.add((Message) message.getRepeatedField(field, index));
        }
        return elements;
    }

    /// Shows those parts that have all fields of the mask.
    private static void masked(List<Message> messages, FieldMask mask, List<Message> shown)
            throws Refused {
        for (Message message : messages) {
            if (fits(mask, message)) {
                shown.add(FieldMaskUtil.trim(mask, message));
            }
        }
        if (shown.isEmpty()) {
            throw new Refused(
                    400,
                    "FieldMask "
                            + text(mask)
                            + " could not be successfully applied to any configs.");
        }
    }

    private static Message trimmed(Message message, FieldMask mask) throws Refused {
        if (!fits(mask, message)) {
            throw new Refused(400, "FieldMask " + text(mask) + " could not be successfully used.");
        }
        return FieldMaskUtil.trim(mask, message);
    }

    /// The mask as the request has it.
    private static String text(FieldMask mask) {
        return String.join(",", mask.getPathsList());
    }

    /// A mask cannot reach into the elements of a repeated field.
    private static boolean fits(FieldMask mask, Message message) {
        for (String path : mask.getPathsList()) {
            if (!fits(message.getDescriptorForType(), path)) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(Descriptor type, String path) {
        Descriptor at = type;
        for (Iterator<String> names = List.of(path.split("\\.")).iterator(); names.hasNext(); ) {
            FieldDescriptor field = at.findFieldByName(names.next());
            if (field == null) {
                return false;
            }
            if (names.hasNext()) {
                if (field.isRepeated() || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                    return false;
                }
                at = field.getMessageType();
            }
        }
        return true;
    }

    /// Applies a mask that may reach into the resource which the element carries in its Any.
    private Message trimmedResource(Message element, FieldMask mask) throws Refused {
        FieldMask.Builder outer = FieldMask.newBuilder();
        FieldMask.Builder inner = FieldMask.newBuilder();
        FieldDescriptor anyField = null;
        for (String path : mask.getPathsList()) {
            int dot = path.indexOf('.');
            String first = dot < 0 ? path : path.substring(0, dot);
            FieldDescriptor field = element.getDescriptorForType().findFieldByName(first);
            if (dot > 0 && field != null && any(field)) {
                anyField = field;
                outer.addPaths(first);
                inner.addPaths(path.substring(dot + 1));
            } else {
                outer.addPaths(path);
            }
        }
        Message result = element;
        if (anyField != null && element.hasField(anyField)) {
            Message resource = unpacked((Any) element.getField(anyField));
            if (resource != null) {
                Any packed = Any.pack(trimmed(resource, inner.build()));
                result = element.toBuilder().setField(anyField, packed).build();
            }
        }
        return trimmed(result, outer.build());
    }

    private static boolean any(FieldDescriptor field) {
        return !field.isRepeated()
                && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType().getFullName().equals("google.protobuf.Any");
    }
}
