package io.nuncio.distribution;

import java.io.IOException;
import java.lang.ref.Reference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A bundle with a filter that writes the name of its generation into each response twice: what it
/// was when the request came, and what a class says that is only loaded for the response.
final class StampBundle {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private String version = "1.0.0";
    private String name = "com.example.stamp";
    private String imports = "";
    private String extension = "com.example.stamp";
    private String category = "HTTP_FILTER";

    static StampBundle generation(String stamp) {
        return new StampBundle()
                .source(
                        "Late",
                        """
                        package acme;
                        final class Late {
                            static String stamp() { return "%s"; }
                        }
                        """
                                .formatted(stamp))
                .source("Stamp", factory("", stamp));
    }

    /// The factory with something to do in its constructor.
    static String factory(String constructor, String stamp) {
        return factory(constructor, "", stamp);
    }

    /// The factory with something to do in its constructor and when it is configured.
    static String factory(String constructor, String configure, String stamp) {
        return """
        package acme;
        import io.nuncio.spi.*;
        public final class Stamp implements HttpFilterFactory<Stamp.Config> {
            public record Config(@Default("") String value, @Default("") String only) {}
            public Stamp() throws Exception {
                System.getProperties().put(
                        "stamp.loader." + System.nanoTime(),
                        new java.lang.ref.WeakReference<>(Stamp.class.getClassLoader()));
                %s
            }
            @Override public HttpFilterTemplate configure(Config config, FactoryContext context) {
                if (!config.only().isEmpty() && !config.only().equals("%s")) {
                    context.problems().add("only", "is not for this generation");
                }
                %s
                String asked = config.value().isEmpty() ? "%s" : config.value();
                return stream -> new HttpFilter() {
                    @Override public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
                        headers.set(HeaderName.of("x-stamp"), asked + "-" + Late.stamp());
                        return HeadersOutcome.CONTINUE;
                    }
                };
            }
        }
        """
                .formatted(constructor, stamp, configure, stamp);
    }

    StampBundle source(String type, String source) {
        sources.put(type, source);
        return this;
    }

    StampBundle version(String number) {
        version = number;
        return this;
    }

    StampBundle named(String symbolicName) {
        name = symbolicName;
        return this;
    }

    StampBundle extension(String extensionName) {
        extension = extensionName;
        return this;
    }

    /// Of the factory, which is a filter of HTTP if not said otherwise.
    StampBundle category(String word) {
        category = word;
        return this;
    }

    StampBundle imports(String clause) {
        imports = clause + ",";
        return this;
    }

    /// How many class loaders of such bundles the garbage collector has not taken yet.
    static long loaders() {
        System.gc();
        return System.getProperties().values().stream()
                .filter(value -> value instanceof Reference<?> loader && loader.get() != null)
                .count();
    }

    /// Forgets the class loaders there were.
    static void forgetLoaders() {
        System.getProperties().values().removeIf(Reference.class::isInstance);
    }

    /// Writes the jar.
    Path write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", version);
        main.putValue(
                "Import-Package",
                imports + "io.nuncio.spi;version=\"[0.1,1)\",com.google.protobuf");
        main.putValue(
                "Provide-Capability",
                "nuncio.extension;name=\""
                        + extension
                        + "\";type:List<String>=\"example.Stamp\";category:List<String>=\""
                        + category
                        + "\";impl=\"acme.Stamp\"");
        Path classes = Files.createTempDirectory("stamp-classes");
        compile(classes);
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
                Files.delete(file);
            }
        }
        return jar;
    }

    private void compile(Path classes) {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((type, source) ->
                units.add(
                        new SimpleJavaFileObject(
                                URI.create("string:///acme/" + type + ".java"),
                                JavaFileObject.Kind.SOURCE) {
                            @Override
                            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                                return source;
                            }
                        }));
        List<String> options = List.of("-d", classes.toString(), "-proc:none", "-nowarn");
        if (!ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, options, null, units)
                .call()) {
            throw new IllegalArgumentException("the source does not compile");
        }
    }
}
