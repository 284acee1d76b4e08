package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// `docs/fields.md` is what the tables of all modules and the descriptors of Envoy's API say.
class FieldsPageTest {
    private static final String REFRESH =
            "mvn -q test -pl kernel -am -Dtest=FieldsPageTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update";

    private static final String START =
            """
            # Fields of Envoy's API

            Computed from each module's `META-INF/nuncio/supported-fields.txt` and from the descriptors of Envoy's API (1.34). To refresh it:

                %s

            A message that is not here is refused as a whole, with the field or the type that names it. In a message that is here, a field

            - *works*: the test fails if the field is ignored;
            - has *no effect, as in Envoy*: it is accepted, and the test shows that it changes nothing;
            - is *not supported yet*: a configuration that sets it is refused at load, by the field's name, file, line and path.

            Where a bundle is named, the field works in that bundle's extensions and is refused elsewhere. *Deprecated* is what Envoy's API says;
            *hidden* is a field that Envoy's documentation leaves out because Envoy does not implement it.
            """;

    private static final String HIDDEN = "[#not-implemented-hide:]";

    @Test
    void thePageIsWhatTheTablesSay() throws Exception {
        Path root = Path.of("..").toRealPath();
        Path page = root.resolve("docs/fields.md");
        String computed = page(ModuleTables.read(root));
        if (System.getProperty("golden.update") != null) {
            Files.writeString(page, computed);
        }
        assertThat(Files.exists(page) ? Files.readString(page) : "")
                .as("docs/fields.md, which this command refreshes: %s", REFRESH)
                .isEqualTo(computed);
    }

    private static String page(Map<String, FieldTable> tables) throws Exception {
        Set<String> hidden =
                ProtoSources.fields().stream()
                        .filter(field -> field.comment().contains(HIDDEN))
                        .map(ProtoSources.Field::fullName)
                        .collect(Collectors.toSet());
        Set<String> messages = new TreeSet<>();
        tables.values().forEach(table -> messages.addAll(table.names()));
        Types types = new Types();
        StringBuilder page = new StringBuilder(START.formatted(REFRESH));
        for (String name : messages) {
            Message message = types.find(name);
            assertThat(message).as("the message %s of a table", name).isNotNull();
            append(page, message.getDescriptorForType(), tables, hidden);
        }
        return page.toString();
    }

    private static void append(
            StringBuilder page,
            Descriptor message,
            Map<String, FieldTable> tables,
            Set<String> hidden) {
        page.append("\n## ").append(message.getFullName()).append("\n\n");
        page.append("| field | | test |\n| --- | --- | --- |\n");
        for (FieldDescriptor field : message.getFields()) {
            String remarks =
                    (field.getOptions().getDeprecated() ? ", deprecated" : "")
                            + (hidden.contains(field.getFullName()) ? ", hidden" : "");
            Map<String, FieldTable> where = supporting(tables, field);
            where.forEach((module, table) ->
                    row(page, field, works(module, table, field) + remarks, test(table, field)));
            if (where.isEmpty()) {
                row(page, field, "not supported yet" + remarks, "");
            }
        }
    }

    /// What the kernel supports works everywhere, the rest in the bundles that have it.
    private static Map<String, FieldTable> supporting(
            Map<String, FieldTable> tables, FieldDescriptor field) {
        Map<String, FieldTable> found = new TreeMap<>(tables);
        found.values()
                .removeIf(
                        table -> !table.supports(name(field.getContainingType()), field.getName()));
        FieldTable kernel = found.get(ModuleTables.KERNEL);
        return kernel == null ? found : Map.of(ModuleTables.KERNEL, kernel);
    }

    private static String name(Descriptor message) {
        return message.getFullName();
    }

    private static String test(FieldTable table, FieldDescriptor field) {
        return table.messages()
                .getOrDefault(name(field.getContainingType()), Map.of())
                .getOrDefault(field.getName(), "");
    }

    private static String works(String module, FieldTable table, FieldDescriptor field) {
        String note = table.note(name(field.getContainingType()), field.getName());
        String place = module.equals(ModuleTables.KERNEL) ? "" : " in `" + module + "`";
        return note.startsWith("no effect")
                ? "no effect, as in Envoy" + place + note.substring("no effect".length())
                : "works" + place;
    }

    private static void row(StringBuilder page, FieldDescriptor field, String state, String test) {
        page.append("| `").append(field.getName()).append("` | ").append(state).append(" | ");
        page.append(test.isEmpty() ? "" : "`" + test + "` ").append("|\n");
    }
}
