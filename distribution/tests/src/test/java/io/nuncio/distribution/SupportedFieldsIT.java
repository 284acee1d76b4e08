package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.ConfigProblem;
import io.nuncio.kernel.config.ConfigSource;
import io.nuncio.kernel.config.FieldTable;
import io.nuncio.kernel.config.LoadOptions;
import io.nuncio.kernel.extension.BundleStatus;
import io.nuncio.kernel.extension.ExtensionRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/// A field is in a table, or a configuration that sets it is refused by its name: tried with every
/// field of every message that a configuration can reach.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SupportedFieldsIT {
    private ExtensionRegistry bundles;
    private ConfigLoader loader;
    private FieldTable kernel;
    private List<FieldTree.Place> places;

    @BeforeAll
    void open(@TempDir Path store) {
        bundles =
                new ExtensionRegistry(
                        ExtensionRegistry.Settings.of(Distribution.HOME.resolve("bundles"), store));
        loader = new ConfigLoader(bundles.messages());
        kernel = ConfigLoader.kernelFields();
        places = FieldTree.places(bundles, bundles.messages());
    }

    @AfterAll
    void close() {
        bundles.close();
    }

    @Test
    void everyFieldThatIsNotInATableIsRefusedByItsName() {
        int tried = 0;
        List<String> accepted = new ArrayList<>();
        for (FieldTree.Place place : places) {
            for (FieldDescriptor field : place.message().getFields()) {
                String value = value(field);
                if (supported(place, field) || value.isEmpty()) {
                    continue;
                }
                tried++;
                String text = place.text("\"" + field.getName() + "\": " + value);
                if (!refusals(place.root(), text).contains(expected(place, field))) {
                    accepted.add(place.path(field) + " by\n" + text);
                }
            }
        }
        assertThat(accepted).as("fields that are not refused by name").isEmpty();
        assertThat(tried).isGreaterThan(100);
    }

    @Test
    void everyFieldOfATableIsAcceptedSomewhere() {
        Set<String> refused = new TreeSet<>();
        for (FieldTree.Place place : places) {
            for (FieldDescriptor field : place.message().getFields()) {
                if (supported(place, field)) {
                    String text = place.text("\"" + field.getName() + "\": " + value(field));
                    if (refusals(place.root(), text).contains(expected(place, field))) {
                        refused.add(place.path(field));
                    }
                }
            }
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void everyMessageOfATableCanBeReached() throws IOException {
        Set<String> reached = new TreeSet<>();
        places.forEach(place -> reached.add(place.message().getFullName()));
        Set<String> listed = new TreeSet<>(kernel.names());
        for (BundleStatus bundle : bundles.bundles(false)) {
            listed.addAll(table(bundle.jar()).names());
        }
        listed.removeAll(reached);
        // The kernel compiles these for strangers' bundles; no shipped one has a service yet.
        listed.removeIf(name -> name.startsWith("envoy.config.core.v3.GrpcService"));
        listed.remove("envoy.config.core.v3.RetryPolicy");
        assertThat(listed).as("messages of tables that no configuration can have").isEmpty();
    }

    private static FieldTable table(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            ZipEntry entry = file.getEntry(FieldTable.RESOURCE);
            return entry == null
                    ? FieldTable.EMPTY
                    : FieldTable.parse(
                            new String(
                                    file.getInputStream(entry).readAllBytes(),
                                    StandardCharsets.UTF_8),
                            jar.toString());
        }
    }

    private boolean supported(FieldTree.Place place, FieldDescriptor field) {
        String message = place.message().getFullName();
        return place.table().supports(message, field.getName())
                || kernel.supports(message, field.getName());
    }

    private static String expected(FieldTree.Place place, FieldDescriptor field) {
        return place.path(field)
                + ": `"
                + field.getName()
                + "` of "
                + place.message().getFullName()
                + " is part of Envoy's API but not supported by Nuncio yet";
    }

    /// The errors of a text, each with its path; all have a line.
    private List<String> refusals(Message root, String text) {
        ConfigSource source = ConfigSource.yaml("test.yaml", text);
        List<ConfigProblem> problems =
                loader.load(root, List.of(source), bundles, LoadOptions.DEFAULT).problems();
        assertThat(problems).as(text).allMatch(problem -> problem.line() == 1);
        return problems.stream()
                .filter(ConfigProblem::error)
                .map(problem -> problem.path() + ": " + problem.message())
                .toList();
    }

    /// A value that shows in the message; empty if there is none.
    private static String value(FieldDescriptor field) {
        if (field.isMapField()) {
            var entry = field.getMessageType();
            boolean number =
                    entry.findFieldByNumber(1).getJavaType() == FieldDescriptor.JavaType.INT;
            return "{\"" + (number ? "1" : "k") + "\": " + one(entry.findFieldByNumber(2)) + "}";
        }
        String one = one(field);
        return field.isRepeated() && !one.isEmpty() ? "[" + one + "]" : one;
    }

    private static String one(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> "true";
            case INT, LONG, FLOAT, DOUBLE -> "1";
            case STRING -> "\"a\"";
            case BYTE_STRING -> "\"YQ==\"";
            case ENUM ->
                    field.getEnumType().getValues().stream()
                            .filter(value -> value.getNumber() != 0)
                            .map(EnumValueDescriptor::getName)
                            .findFirst()
                            .map(name -> "\"" + name + "\"")
                            .orElse("");
            case MESSAGE ->
                    switch (field.getMessageType().getFullName()) {
                        case "google.protobuf.Duration" -> "\"1s\"";
                        case "google.protobuf.Timestamp" -> "\"2026-01-01T00:00:00Z\"";
                        case "google.protobuf.BoolValue" -> "true";
                        case "google.protobuf.StringValue", "google.protobuf.Value" -> "\"a\"";
                        case "google.protobuf.UInt32Value",
                                "google.protobuf.UInt64Value",
                                "google.protobuf.Int32Value",
                                "google.protobuf.Int64Value",
                                "google.protobuf.DoubleValue",
                                "google.protobuf.FloatValue" ->
                                "1";
                        default -> "{}";
                    };
        };
    }
}
