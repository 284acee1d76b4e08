package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

class ExtensionRegistryTest {
    private static final String SOURCE_OF_BOTH =
            """
            package acme;
            import com.google.protobuf.Struct;
            import io.nuncio.spi.*;
            public class Filter implements HttpFilterFactory<Struct> {
                @Override public HttpFilterTemplate configure(Struct config, FactoryContext context) {
                    return stream -> new HttpFilter() {};
                }
            }
            """;

    private static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";

    @TempDir Path folder;
    private Path bundles;
    private @Nullable ExtensionRegistry opened;
    private final Problems problems = new Problems();

    @BeforeEach
    void makeFolder() throws IOException {
        bundles = Files.createDirectory(folder.resolve("bundles"));
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private ExtensionRegistry registry() {
        if (opened == null) {
            opened = registry(Map.of());
        }
        return opened;
    }

    private ExtensionRegistry registry(Map<String, String> preferred) {
        opened =
                new ExtensionRegistry(
                        new ExtensionRegistry.Settings(
                                bundles,
                                folder.resolve("store"),
                                null,
                                preferred,
                                Duration.ofSeconds(10)));
        return opened;
    }

    @Test
    void theTypeOfTheConfigurationDecidesWhateverTheNameIs() {
        TestBundle.named("acme.router")
                .extension(
                        "name=\"envoy.filters.http.router\";type:List<String>=\""
                                + ROUTER
                                + "\";impl=\"acme.F\"")
                .source(
                        "acme.F",
                        factory("io.envoyproxy.envoy.extensions.filters.http.router.v3.Router"))
                .header(
                        "Import-Package",
                        "io.nuncio.spi,com.google.protobuf,io.envoyproxy.envoy.extensions.filters.http.router.v3")
                .write(bundles.resolve("router.jar"));

        LoadedExtension found =
                registry()
                        .find(
                                Category.HTTP_FILTER,
                                "some.other.name",
                                Any.pack(Router.getDefaultInstance()),
                                problems);

        assertThat(found).isNotNull();
        assertThat(found.info().name()).isEqualTo("envoy.filters.http.router");
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void whatIsCompiledInSpiteOfAProblemIsClosed() {
        TestBundle.named("acme.filter")
                .extension("name=\"acme\";type:List<String>=\"type.acme\";impl=\"acme.Filter\"")
                .source(
                        "acme.Filter",
                        """
                        package acme;
                        import com.google.protobuf.Struct;
                        import io.nuncio.spi.*;
                        public class Filter implements HttpFilterFactory<Struct> {
                            @Override public HttpFilterTemplate configure(Struct config, FactoryContext context) {
                                context.problems().add("field", "is wrong");
                                return new HttpFilterTemplate() {
                                    @Override public HttpFilter create(Stream stream) {
                                        return new HttpFilter() {};
                                    }
                                    @Override public void close() {
                                        context.problems().add("", "closed");
                                    }
                                };
                            }
                        }
                        """)
                .write(bundles.resolve("x.jar"));
        Any config = Any.pack(Struct.getDefaultInstance());
        LoadedExtension found = registry().find(Category.HTTP_FILTER, "acme", config, problems);
        assertThat(found).isNotNull();
        FakeFactoryContext context = new FakeFactoryContext();
        assertThat(found.configure(config, HttpFilterTemplate.class, context)).isNull();
        assertThat(context.problems.all())
                .extracting(Problems.Problem::message)
                .containsExactly("is wrong", "closed");
    }

    @Test
    void aTypeThatNobodyProvidesIsNotReplacedByTheName() {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));

        LoadedExtension found =
                registry()
                        .find(
                                Category.HTTP_FILTER,
                                "acme",
                                Any.pack(Cors.getDefaultInstance()),
                                problems);

        assertThat(found).isNull();
        assertThat(problems.all().getFirst().message())
                .isEqualTo(
                        "no installed bundle provides `envoy.extensions.filters.http.cors.v3.Cors`"
                                + " in envoy.filters.http, and Nuncio ships none that does");
    }

    @Test
    void theNameDecidesWhereTheConfigurationIsAStructOrATypedStructOfNoKnownType() {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));

        assertThat(
                        registry()
                                .find(
                                        Category.HTTP_FILTER,
                                        "acme",
                                        Any.pack(Struct.getDefaultInstance()),
                                        problems))
                .isNotNull();
        assertThat(registry().find(Category.HTTP_FILTER, "acme", typedStruct("whatever"), problems))
                .isNotNull();
        assertThat(
                        registry()
                                .find(
                                        Category.HTTP_FILTER,
                                        "another",
                                        typedStruct("type.acme"),
                                        problems))
                .isNotNull();
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void oneFactoryServesAsLongAsTheGenerationLives() {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));

        assertThat(acme().factory()).isSameAs(acme().factory());
        assertThat(registry().bundles(false).getFirst().state())
                .isEqualTo(BundleStatus.State.LOADED);
    }

    @Test
    void aCategoryIsNotAnother() {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));

        assertThat(registry().findByName(Category.NETWORK_FILTER, "acme", problems)).isNull();
        assertThat(problems.all().getFirst().message())
                .isEqualTo(
                        "no installed bundle provides `acme` in envoy.filters.network, and Nuncio"
                                + " ships none that does");
    }

    @Test
    void oneFactoryServesAllCategoriesOfItsClass() {
        TestBundle.named("acme.both")
                .extension(
                        "name=both;category:List<String>=\"HTTP_FILTER,UPSTREAM_HTTP_FILTER\";type:List<String>=\"type.both\";impl=\"acme.Filter\"")
                .source("acme.Filter", SOURCE_OF_BOTH)
                .write(bundles.resolve("both.jar"));

        LoadedExtension downstream = registry().findByName(Category.HTTP_FILTER, "both", problems);
        LoadedExtension upstream =
                registry().findByName(Category.UPSTREAM_HTTP_FILTER, "both", problems);

        assertThat(upstream.factory()).isSameAs(downstream.factory());
        assertThat(registry().categoriesOf("type.both"))
                .containsExactly("envoy.filters.http", "envoy.filters.http.upstream");
        assertThat(registry().findByName(Category.NETWORK_FILTER, "both", problems)).isNull();
    }

    @Test
    void aJarDroppedInServesTheNextQuestion() {
        assertThat(registry().findByName(Category.HTTP_FILTER, "acme", problems)).isNull();

        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));

        assertThat(acme()).isNotNull();
    }

    @Test
    void nothingOfABundleRunsBeforeAConfigurationNamesIt() {
        TestBundle.filter(
                        "acme.filter",
                        "acme",
                        "static { System.setProperty(\"acme.ran\", \"yes\"); }")
                .write(bundles.resolve("x.jar"));

        registry().bundles(true);
        assertThat(System.getProperty("acme.ran")).isNull();

        assertThat(acme()).isNotNull();
        assertThat(System.clearProperty("acme.ran")).isEqualTo("yes");
    }

    @Test
    void theHigherVersionOfABundleServes() {
        TestBundle.filter("acme.filter", "acme", "")
                .version("1.9.0")
                .write(bundles.resolve("a.jar"));
        TestBundle.filter("acme.filter", "acme", "")
                .version("1.10.0")
                .write(bundles.resolve("b.jar"));

        assertThat(acme().bundle().version()).hasToString("1.10.0");
        assertThat(registry().bundles(false).getFirst().reason()).isEqualTo("superseded by b.jar");
    }

    @Test
    void aPreferredBundleTakesAnExtensionOver() {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("a.jar"));
        TestBundle.filter("other.filter", "acme", "").write(bundles.resolve("b.jar"));
        registry(Map.of("acme", "other.filter"));

        assertThat(acme().bundle().name()).isEqualTo("other.filter");
    }

    @Test
    void aReplacedJarIsAnotherGenerationBesideTheOldOne() throws IOException {
        Path jar =
                TestBundle.filter("acme.filter", "acme", "public int v = 1;")
                        .write(bundles.resolve("x.jar"));
        LoadedExtension old = acme();

        Path next =
                TestBundle.filter("acme.filter", "acme", "public int v = 2;")
                        .version("2.0.0")
                        .write(folder.resolve("n.jar"));
        Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
        registry().refresh();

        LoadedExtension now = acme();
        assertThat(now.bundle().version()).hasToString("2.0.0");
        assertThat(now.sha256()).isNotEqualTo(old.sha256());
        assertThat(now.factory().getClass()).isNotSameAs(old.factory().getClass());
        assertThat(old.factory().getClass().getName())
                .isEqualTo(now.factory().getClass().getName());
    }

    @Test
    void aJarOverwrittenInPlaceDoesNotDisturbWhatIsLoaded() throws IOException {
        Path jar =
                TestBundle.filter(
                                "acme.filter",
                                "acme",
                                "public Object later() { return new Late(); }")
                        .source("acme.Late", "package acme; public class Late {}")
                        .write(bundles.resolve("x.jar"));
        Object factory = acme().factory();

        Files.write(jar, new byte[(int) Files.size(jar)]);

        assertThat(factory).extracting("class.classLoader").isNotNull();
        assertThat(call(factory, "later").getClass().getName()).isEqualTo("acme.Late");
    }

    @Test
    void aBundleSeesTheSpiAndNothingElseOfTheHost() {
        TestBundle.filter(
                        "acme.filter",
                        "acme",
                        """
                        public boolean sees(String name) {
                            try { Class.forName(name); return true; } catch (ClassNotFoundException e) { return false; }
                        }
                        """)
                .write(bundles.resolve("x.jar"));
        Object factory = acme().factory();

        assertThat(sees(factory, "io.nuncio.spi.HttpFilter")).isTrue();
        assertThat(sees(factory, "io.nuncio.kernel.extension.ExtensionRegistry")).isFalse();
        assertThat(sees(factory, "io.netty.buffer.ByteBuf")).isFalse();
        assertThat(sees(factory, "io.nuncio.spi.internal.LoopThread")).isFalse();
        assertThat(sees(factory, "org.apache.felix.framework.Felix")).isFalse();
    }

    @Test
    void twoBundlesMayHaveClassesOfTheSameName() {
        TestBundle.filter("acme.one", "one", "public String who() { return \"one\"; }")
                .write(bundles.resolve("a.jar"));
        TestBundle.filter("acme.two", "two", "public String who() { return \"two\"; }")
                .write(bundles.resolve("b.jar"));

        LoadedExtension one = registry().findByName(Category.HTTP_FILTER, "one", problems);
        LoadedExtension two = registry().findByName(Category.HTTP_FILTER, "two", problems);

        assertThat(call(one.factory(), "who")).isEqualTo("one");
        assertThat(call(two.factory(), "who")).isEqualTo("two");
    }

    @Test
    void theConfigurationLoaderSeesWhatManifestsSay() {
        TestBundle.filter("acme.filter", "acme", "")
                .entry(
                        "META-INF/nuncio/supported-fields.txt",
                        TestBundle.bytes("a.B\n  c SomeTest\n"))
                .write(bundles.resolve("x.jar"));

        assertThat(registry().byType("envoy.filters.http", "type.acme").bundle())
                .isEqualTo("acme.filter");
        assertThat(registry().byType("envoy.filters.network", "type.acme")).isNull();
        assertThat(registry().byName("envoy.filters.http", "acme").name()).isEqualTo("acme");
        assertThat(registry().byType("type.acme").fields().supports("a.B", "c")).isTrue();
        assertThat(registry().categoriesOf("type.acme")).containsExactly("envoy.filters.http");
        assertThat(registry().types()).containsExactly("type.acme");
        assertThat(registry().names("envoy.filters.http")).containsExactly("acme");
    }

    @Test
    void theDistributionsListTellsWhichBundleIsNotInstalled() throws IOException {
        Path list = folder.resolve("shipped.txt");
        Files.writeString(
                list,
                "io.nuncio.cors envoy.filters.http.cors"
                        + " envoy.extensions.filters.http.cors.v3.Cors\n");
        opened =
                new ExtensionRegistry(
                        new ExtensionRegistry.Settings(
                                bundles,
                                folder.resolve("store"),
                                list,
                                Map.of(),
                                Duration.ofSeconds(10)));

        assertThat(opened.shippedBy("envoy.filters.http.cors")).isEqualTo("io.nuncio.cors");
        assertThat(opened.shippedBy("envoy.extensions.filters.http.cors.v3.Cors"))
                .isEqualTo("io.nuncio.cors");
        assertThat(opened.shippedBy("unheard.of")).isNull();
    }

    private LoadedExtension acme() {
        LoadedExtension found = registry().findByName(Category.HTTP_FILTER, "acme", new Problems());
        assertThat(found).isNotNull();
        return found;
    }

    private static boolean sees(Object factory, String name) {
        try {
            return (boolean)
                    factory.getClass().getMethod("sees", String.class).invoke(factory, name);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Object call(Object object, String method) {
        try {
            return object.getClass().getMethod(method).invoke(object);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Any typedStruct(String type) {
        return Any.pack(
                com.github.xds.type.v3.TypedStruct.newBuilder()
                        .setTypeUrl("type.googleapis.com/" + type)
                        .setValue(
                                Struct.newBuilder()
                                        .putFields(
                                                "a",
                                                Value.newBuilder().setStringValue("b").build()))
                        .build());
    }

    private static String factory(String config) {
        return """
        package acme;
        import io.nuncio.spi.*;
        public class F implements HttpFilterFactory<%s> {
            @Override public HttpFilterTemplate configure(%s config, FactoryContext context) {
                return stream -> new HttpFilter() {};
            }
        }
        """
                .formatted(config, config);
    }
}
