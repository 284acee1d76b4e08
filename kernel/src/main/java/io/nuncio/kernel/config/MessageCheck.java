package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;

import envoy.annotations.Deprecation;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Goes through everything that is set in a message, into the configurations of its extensions, and
/// says what cannot be used: extensions that nobody provides, fields that Nuncio does not support
/// yet, fields that are deprecated or unknown.
///
/// It serves files and xDS resources alike; the caller decides what each kind of finding means.
/// Immutable but for tables read on first use; main thread.
public final class MessageCheck {
    private static final String FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";
    private static final String DISCOVERY = "envoy.config.core.v3.ExtensionConfigSource";

    /// What the kernel reads itself, since it has the pools and sockets that these are about, by
    /// type, with the category; no bundle provides them.
    private static final Map<String, String> OWN =
            Map.of(
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "envoy.upstream_options",
                    "envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
                    "envoy.bootstrap",
                    "envoy.config.upstream.local_address_selector.v3.DefaultLocalAddressSelector",
                    "envoy.upstream.local_address_selector");

    private final ExtensionIndex index;
    private final FieldTable kernel;
    private final MessageTypes types;
    private final UnknownTypes unknownTypes;
    private final ExtensionPoints points = new ExtensionPoints();

    /// What a finding is about.
    public enum Kind {
        /// An extension that no installed bundle provides.
        EXTENSION,
        /// The same for a filter that is marked as optional: Envoy goes on without it.
        OPTIONAL_EXTENSION,
        /// A field of Envoy's API that does nothing here yet.
        UNSUPPORTED,
        /// A field or value that Envoy will remove.
        DEPRECATED,
        /// A deprecated field or value that Envoy refuses unless a runtime key allows it.
        DISALLOWED,
        /// A field number that the API does not have; only in messages that came serialized.
        UNKNOWN_FIELD
    }

    /// Receives the findings, in the order of the message's fields.
    @FunctionalInterface
    public interface Findings {
        /// @param path from the message that is checked
        void add(Kind kind, String path, String message);
    }

    /// Where in the tree we are: what an Any here must be, and whose fields are looked up.
    ///
    /// @param categories of the extension that is expected, empty if none is
    /// @param name of the extension as the configuration gives it, empty if it gives none
    private record Place(
            FieldPath path,
            FieldTable table,
            List<String> categories,
            String name,
            boolean optional) {
        Place at(FieldPath next) {
            return new Place(next, table, categories, name, optional);
        }
    }

    /// @param kernel the fields that the kernel supports, looked up after the extension's own
    public MessageCheck(MessageTypes types, ExtensionIndex index, FieldTable kernel) {
        this.types = types;
        this.index = index;
        this.kernel = kernel;
        this.unknownTypes = new UnknownTypes(types, index);
    }

    /// Checks a message of the kernel's own, such as a bootstrap or an xDS resource.
    public void check(Message root, Findings findings) {
        check(root, new BoundContents(types), findings);
    }

    void check(Message root, AnyContents contents, Findings findings) {
        new Walk(contents, findings)
                .message(root, new Place(FieldPath.ROOT, FieldTable.EMPTY, List.of(), "", false));
    }

    /// One pass over one message.
    private final class Walk {
        private final AnyContents contents;
        private final Findings findings;

        Walk(AnyContents contents, Findings findings) {
            this.contents = contents;
            this.findings = findings;
        }

        void message(Message message, Place place) {
            Descriptor type = message.getDescriptorForType();
            if (isWellKnown(type)) {
                return;
            }
            unknownFields(message, place.path());
            String name = text(message, type, "name");
            boolean optional = flag(message, type, "is_optional");
            for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
                FieldDescriptor field = set.getKey();
                FieldPath path = place.path().field(field.getName());
                if (!supported(field, place.table())) {
                    findings.add(
                            Kind.UNSUPPORTED,
                            path.toString(),
                            "`"
                                    + field.getName()
                                    + "` of "
                                    + field.getContainingType().getFullName()
                                    + " is part of Envoy's API but not supported by Nuncio yet");
                    continue;
                }
                deprecation(field, set.getValue(), path);
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    boolean envelope = takesInherited(field, type);
                    Place inner =
                            new Place(
                                    path,
                                    place.table(),
                                    categories(field, type, place),
                                    name.isEmpty() && envelope ? place.name() : name,
                                    optional);
                    messages(field, set.getValue(), inner, type);
                }
            }
            namedOnly(message, type, name, place, optional);
        }

        private void messages(FieldDescriptor field, Object value, Place place, Descriptor owner) {
            if (field.isMapField()) {
                FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
                if (valueField.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                    return;
                }
                FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
                for (Object entry : (List<?>) value) {
                    Object key = ((Message) entry).getField(keyField);
                    Place at =
                            new Place(
                                    place.path().key(key),
                                    place.table(),
                                    place.categories(),
                                    key.toString(),
                                    false);
                    one((Message) ((Message) entry).getField(valueField), at, owner);
                }
            } else if (field.isRepeated()) {
                int position = 0;
                for (Object element : (List<?>) value) {
                    one((Message) element, place.at(place.path().element(position++)), owner);
                }
            } else {
                one((Message) value, place, owner);
            }
        }

        private void one(Message value, Place place, Descriptor owner) {
            if (Anys.isAny(value.getDescriptorForType())) {
                any(value, place, owner);
            } else {
                message(value, place);
            }
        }

        private void any(Message any, Place place, Descriptor owner) {
            boolean envelope =
                    owner.getName().equals("TypedExtensionConfig")
                            || owner.getName().equals("TransportSocket");
            if (place.categories().isEmpty() && !envelope) {
                return;
            }
            String type = MessageTypes.nameOf(Anys.typeUrl(any));
            if (type.isEmpty()) {
                byName(place);
                return;
            }
            Message inner = contents.in(any);
            FieldPath path = place.path().type(type);
            if (type.equals(FILTER_CONFIG)) {
                if (inner != null) {
                    message(
                            inner,
                            new Place(
                                    path,
                                    kernel,
                                    place.categories(),
                                    place.name(),
                                    place.optional()));
                }
                return;
            }
            if (type.equals("google.protobuf.Struct") || type.equals("google.protobuf.Empty")) {
                byName(place);
                return;
            }
            if (inner != null && TypedStructs.isTypedStruct(inner.getDescriptorForType())) {
                typedStruct(inner, place, path);
                return;
            }
            String ownCategory = OWN.get(type);
            if (ownCategory != null && place.categories().contains(ownCategory)) {
                if (inner != null) {
                    message(inner, new Place(path, kernel, List.of(), "", false));
                }
                return;
            }
            ExtensionIndex.Provider provider = provider(place.categories(), type);
            if (provider == null) {
                missing(type, place, place.path().field("@type"));
            } else if (inner != null) {
                message(inner, new Place(path, provider.fields(), List.of(), "", false));
            } else if (types.find(type) != null) {
                add(place, place.path(), "the bytes are not a serialized `" + type + "`");
            }
        }

        private void typedStruct(Message typedStruct, Place place, FieldPath path) {
            String type = MessageTypes.nameOf(TypedStructs.typeUrl(typedStruct));
            ExtensionIndex.Provider provider =
                    type.isEmpty() ? null : provider(place.categories(), type);
            if (provider == null) {
                if (!type.isEmpty() && types.find(type) != null) {
                    missing(type, place, path.field("type_url"));
                } else if (place.name().isEmpty() || providerByName(place) == null) {
                    if (type.isEmpty()) {
                        byName(place);
                    } else {
                        add(place, path.field("type_url"), unknownTypes.message(type));
                    }
                }
                return;
            }
            Message inner = types.find(type) == null ? null : contents.in(typedStruct);
            if (inner != null) {
                message(
                        inner,
                        new Place(
                                path.field("value").type(type),
                                provider.fields(),
                                List.of(),
                                "",
                                false));
            }
        }

        private void missing(String type, Place place, FieldPath path) {
            List<String> others = index.categoriesOf(type);
            if (!others.isEmpty() && !place.categories().isEmpty()) {
                add(
                        place,
                        path,
                        "`"
                                + type
                                + "` configures an extension of "
                                + String.join(" and ", others)
                                + "; here one of "
                                + String.join(" or ", place.categories())
                                + " is expected");
            } else if (types.find(type) != null) {
                add(place, path, unknownTypes.notProvided(type));
            } else {
                add(place, path, unknownTypes.message(type));
            }
        }

        /// An extension without a configuration is found by its name.
        private void namedOnly(
                Message message, Descriptor type, String name, Place place, boolean optional) {
            if (name.isEmpty()) {
                return;
            }
            FieldDescriptor config = type.findFieldByName("typed_config");
            if (config == null || config.isRepeated() || !Anys.isAny(config.getMessageType())) {
                return;
            }
            OneofDescriptor oneof = config.getRealContainingOneof();
            boolean given = oneof == null ? message.hasField(config) : message.hasOneof(oneof);
            List<String> own = points.categories(config);
            List<String> categories = own.isEmpty() ? place.categories() : own;
            if (!given && !categories.isEmpty()) {
                byName(new Place(place.path(), place.table(), categories, name, optional));
            }
        }

        private void byName(Place place) {
            if (place.categories().isEmpty() || providerByName(place) != null) {
                return;
            }
            String category = place.categories().get(0);
            add(
                    place,
                    place.path(),
                    place.name().isEmpty()
                            ? "an extension of " + category + " needs a type or a name"
                            : unknownTypes.name(category, place.name()));
        }

        private void add(Place place, FieldPath path, String message) {
            findings.add(
                    place.optional() ? Kind.OPTIONAL_EXTENSION : Kind.EXTENSION,
                    path.toString(),
                    message);
        }

        private void unknownFields(Message message, FieldPath path) {
            for (Integer number : message.getUnknownFields().asMap().keySet()) {
                findings.add(
                        Kind.UNKNOWN_FIELD,
                        path.toString(),
                        "unknown field number "
                                + number
                                + " in "
                                + message.getDescriptorForType().getFullName());
            }
        }

        private void deprecation(FieldDescriptor field, Object value, FieldPath path) {
            if (field.getOptions().getDeprecated()) {
                boolean refused = field.getOptions().getExtension(Deprecation.disallowedByDefault);
                deprecated(refused, "`" + field.getName() + "`", field.getFullName(), path);
            }
            if (value instanceof EnumValueDescriptor constant
                    && constant.getOptions().getDeprecated()) {
                boolean refused =
                        constant.getOptions().getExtension(Deprecation.disallowedByDefaultEnum);
                deprecated(
                        refused,
                        "the value `" + constant.getName() + "`",
                        constant.getFullName(),
                        path);
            }
        }

        private void deprecated(boolean refused, String what, String fullName, FieldPath path) {
            if (refused) {
                findings.add(
                        Kind.DISALLOWED,
                        path.toString(),
                        what
                                + " is deprecated and refused unless the runtime key `"
                                + runtimeKey(fullName)
                                + "` is true");
            } else {
                findings.add(
                        Kind.DEPRECATED,
                        path.toString(),
                        what + " is deprecated; Envoy will remove it");
            }
        }
    }

    /// The runtime key that allows a deprecated field.
    static String runtimeKey(String fullName) {
        return "envoy.deprecated_features:" + fullName;
    }

    /// A message of a bundle's own has only fields that its bundle knows.
    private boolean supported(FieldDescriptor field, FieldTable table) {
        String message = field.getContainingType().getFullName();
        return table.supports(message, field.getName())
                || kernel.supports(message, field.getName())
                || !MessageTypes.isOfApi(message);
    }

    /// What is expected of a field's extension. A source of configurations from outside stands
    /// beside the configuration that it is instead of, and is for the same category.
    private List<String> categories(FieldDescriptor field, Descriptor owner, Place place) {
        if (field.getMessageType().getFullName().equals(DISCOVERY)) {
            FieldDescriptor instead = owner.findFieldByName("typed_config");
            return instead == null ? List.of() : points.categories(instead);
        }
        List<String> own = points.categories(field);
        boolean inherits =
                own.isEmpty()
                        ? takesInherited(field, owner)
                        : owner.getFullName().equals(DISCOVERY) && !place.categories().isEmpty();
        return inherits ? place.categories() : own;
    }

    /// True for the Any of a message that is only the envelope of an extension: what is expected is
    /// said where it is used.
    private static boolean takesInherited(FieldDescriptor field, Descriptor owner) {
        return !field.isRepeated()
                && Anys.isAny(field.getMessageType())
                && (owner.getName().equals("TypedExtensionConfig")
                        || owner.getName().equals("TransportSocket")
                        || owner.getFullName().equals(FILTER_CONFIG));
    }

    private ExtensionIndex.@Nullable Provider provider(List<String> categories, String type) {
        if (categories.isEmpty()) {
            return index.byType(type);
        }
        for (String category : categories) {
            ExtensionIndex.Provider provider = index.byType(category, type);
            if (provider != null) {
                return provider;
            }
        }
        return null;
    }

    private ExtensionIndex.@Nullable Provider providerByName(Place place) {
        for (String category : place.categories()) {
            ExtensionIndex.Provider provider = index.byName(category, place.name());
            if (provider != null) {
                return provider;
            }
        }
        return null;
    }

    private static boolean isWellKnown(Descriptor type) {
        return type.getFullName().startsWith("google.protobuf.");
    }

    private static String text(Message message, Descriptor type, String field) {
        FieldDescriptor descriptor = type.findFieldByName(field);
        return descriptor != null
                        && !descriptor.isRepeated()
                        && descriptor.getJavaType() == FieldDescriptor.JavaType.STRING
                ? (String) message.getField(descriptor)
                : "";
    }

    private static boolean flag(Message message, Descriptor type, String field) {
        FieldDescriptor descriptor = type.findFieldByName(field);
        return descriptor != null
                && !descriptor.isRepeated()
                && descriptor.getJavaType() == FieldDescriptor.JavaType.BOOLEAN
                && (Boolean) message.getField(descriptor);
    }
}
