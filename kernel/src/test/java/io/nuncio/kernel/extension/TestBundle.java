package io.nuncio.kernel.extension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A bundle made for one test: Java sources compiled against the class path of the test, with a
/// manifest as bnd writes it.
final class TestBundle {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final List<String> capabilities = new ArrayList<>();

    private TestBundle() {}

    static TestBundle named(String symbolicName) {
        var bundle = new TestBundle();
        bundle.header("Manifest-Version", "1.0");
        bundle.header("Bundle-ManifestVersion", "2");
        bundle.header("Bundle-SymbolicName", symbolicName);
        bundle.header("Bundle-Version", "1.0.0");
        bundle.header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=25))\"");
        bundle.header(
                "Import-Package",
                "io.nuncio.spi;version=\"[0.1,1)\",com.google.protobuf,org.slf4j,"
                        + "org.jspecify.annotations;resolution:=optional");
        return bundle;
    }

    /// A bundle with an HTTP filter factory that takes a Struct; the constructor and the class body
    /// are the test's.
    static TestBundle filter(String symbolicName, String extension, String body) {
        return named(symbolicName)
                .extension(
                        "name=\""
                                + extension
                                + "\";type:List<String>=\"type."
                                + extension
                                + "\";impl=\"acme.Filter\"")
                .source(
                        "acme.Filter",
                        """
                        package acme;
                        import com.google.protobuf.Struct;
                        import io.nuncio.spi.*;
                        public class Filter implements HttpFilterFactory<Struct> {
                            %s
                            @Override public HttpFilterTemplate configure(Struct config, FactoryContext context) {
                                return stream -> new HttpFilter() {};
                            }
                        }
                        """
                                .formatted(body));
    }

    TestBundle header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    TestBundle without(String name) {
        headers.remove(name);
        return this;
    }

    TestBundle version(String version) {
        return header("Bundle-Version", version);
    }

    TestBundle extension(String attributes) {
        capabilities.add("nuncio.extension;" + attributes);
        return this;
    }

    TestBundle source(String className, String source) {
        sources.put(className, source);
        return this;
    }

    TestBundle entry(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    /// Writes the jar; the file's time tells the tests' jars apart as a person's copying would.
    Path write(Path jar) {
        var manifest = new Manifest();
        if (!capabilities.isEmpty()) {
            headers.put("Provide-Capability", String.join(",", capabilities));
        }
        headers.forEach((name, value) ->
                manifest.getMainAttributes().put(new Attributes.Name(name), value));
        try {
            Path classes = Files.createTempDirectory(jar.getParent(), ".classes-");
            compile(classes);
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                    var files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                    out.write(Files.readAllBytes(file));
                }
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    out.putNextEntry(new JarEntry(entry.getKey()));
                    out.write(entry.getValue());
                }
            }
            return jar;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void compile(Path classes) {
        if (sources.isEmpty()) {
            return;
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        var units = new ArrayList<JavaFileObject>();
        sources.forEach((name, source) ->
                units.add(
                        new SimpleJavaFileObject(
                                URI.create("string:///" + name.replace('.', '/') + ".java"),
                                JavaFileObject.Kind.SOURCE) {
                            @Override
                            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                                return source;
                            }
                        }));
        List<String> options = List.of("-d", classes.toString(), "-proc:none", "-nowarn");
        if (!compiler.getTask(null, null, null, options, null, units).call()) {
            throw new IllegalArgumentException("the test's source does not compile");
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
