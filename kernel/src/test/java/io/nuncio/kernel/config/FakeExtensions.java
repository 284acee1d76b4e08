package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Installed extensions as a test wants them.
final class FakeExtensions implements ExtensionIndex {
    private record Extension(
            String category, String name, Set<String> messages, String bundle, FieldTable fields)
            implements Provider {}

    private final List<Extension> all = new ArrayList<>();
    private final Map<String, String> shipped = new HashMap<>();

    /// The extensions that a plain proxy needs, with every field supported.
    static FakeExtensions plain() {
        String manager =
                "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
        return new FakeExtensions()
                .installed(
                        "envoy.filters.network",
                        "envoy.filters.network.http_connection_manager",
                        manager)
                .installed(
                        "envoy.filters.network",
                        "envoy.filters.network.tcp_proxy",
                        "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy")
                .installed(
                        "envoy.filters.http",
                        "envoy.filters.http.router",
                        "envoy.extensions.filters.http.router.v3.Router")
                .installed(
                        "envoy.filters.http",
                        "envoy.filters.http.lua",
                        "envoy.extensions.filters.http.lua.v3.Lua")
                .installed(
                        "envoy.access_loggers",
                        "envoy.access_loggers.file",
                        "envoy.extensions.access_loggers.file.v3.FileAccessLog");
    }

    /// An extension of a bundle that supports every field of its message.
    FakeExtensions installed(String category, String name, String type) {
        var message = new Types().find(type);
        return installed(
                category,
                name,
                type,
                message == null ? FieldTable.EMPTY : everyField(message.getDescriptorForType()));
    }

    FakeExtensions installed(String category, String name, String type, FieldTable fields) {
        all.add(new Extension(category, name, Set.of(type), "io.nuncio.test", fields));
        return this;
    }

    /// An extension that we ship but that is not installed.
    FakeExtensions shipped(String typeOrName, String bundle) {
        shipped.put(typeOrName, bundle);
        return this;
    }

    /// A table with every field of the message and of all messages in it.
    static FieldTable everyField(Descriptor type, String... except) {
        StringBuilder text = new StringBuilder();
        write(type, text, new HashSet<>(), Set.of(except));
        return FieldTable.parse(text.toString(), "every field");
    }

    private static void write(
            Descriptor type, StringBuilder text, Set<Descriptor> seen, Set<String> except) {
        if (!seen.add(type)) {
            return;
        }
        List<Descriptor> inner = new ArrayList<>();
        text.append(type.getFullName()).append('\n');
        for (FieldDescriptor field : type.getFields()) {
            if (!except.contains(field.getFullName())) {
                text.append("    ").append(field.getName()).append(" Every\n");
            }
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                inner.add(field.getMessageType());
            }
        }
        inner.forEach(message -> write(message, text, seen, except));
    }

    @Override
    public @Nullable Provider byType(String category, String type) {
        return all.stream()
                .filter(e -> e.category().equals(category) && e.messages().contains(type))
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable Provider byName(String category, String name) {
        return all.stream()
                .filter(e -> e.category().equals(category) && e.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable Provider byType(String type) {
        return all.stream().filter(e -> e.messages().contains(type)).findFirst().orElse(null);
    }

    @Override
    public List<String> categoriesOf(String type) {
        return all.stream()
                .filter(e -> e.messages().contains(type))
                .map(Extension::category)
                .toList();
    }

    @Override
    public @Nullable String shippedBy(String typeOrName) {
        return shipped.get(typeOrName);
    }

    @Override
    public Collection<String> types() {
        return all.stream().flatMap(e -> e.messages().stream()).toList();
    }

    @Override
    public Collection<String> names(String category) {
        return all.stream()
                .filter(e -> e.category().equals(category))
                .map(Extension::name)
                .toList();
    }
}
