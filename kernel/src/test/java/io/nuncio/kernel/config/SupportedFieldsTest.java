package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

class SupportedFieldsTest {
    @Test
    void everyMessageAndFieldOfTheKernelsTableExistsInTheApi() {
        Types types = new Types();
        ConfigLoader.kernelFields()
                .messages()
                .forEach((name, fields) -> {
                    Message message = types.find(name);
                    assertThat(message).as(name).isNotNull();
                    assertThat(fields.keySet())
                            .as(name)
                            .allMatch(field ->
                                    message.getDescriptorForType().findFieldByName(field) != null);
                });
    }

    @Test
    void everyTestOfTheKernelsTableExists() throws IOException {
        Map<String, Path> sources = testSources();
        for (Map<String, String> fields : ConfigLoader.kernelFields().messages().values()) {
            for (String test : fields.values()) {
                String[] parts = test.split("#");
                String simple = parts[0].substring(parts[0].lastIndexOf('.') + 1);
                assertThat(sources).as("the test %s", test).containsKey(simple);
                if (parts.length == 2) {
                    assertThat(Files.readString(sources.get(simple)))
                            .as(test)
                            .contains(" " + parts[1] + "(");
                }
            }
        }
    }

    /// The test classes of all modules, by simple name.
    private static Map<String, Path> testSources() throws IOException {
        Map<String, Path> found = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("..").toRealPath())) {
            files.filter(file ->
                            file.toString().contains("/src/test/java/")
                                    && file.toString().endsWith(".java"))
                    .forEach(file -> {
                        String name = file.getFileName().toString();
                        found.put(name.substring(0, name.length() - 5), file);
                    });
        }
        return found;
    }

    @Test
    void aTableHasMessagesWithFieldsAndComments() {
        FieldTable table =
                FieldTable.parse(
                        """
                        # comment
                        a.b.C
                            one  OneTest   # why
                            two  TwoTest#method

                        a.b.D
                        """,
                        "test");
        assertThat(table.supports("a.b.C", "one")).isTrue();
        assertThat(table.supports("a.b.C", "three")).isFalse();
        assertThat(table.supports("a.b.D", "one")).isFalse();
        assertThat(table.messages().get("a.b.C")).containsEntry("two", "TwoTest#method");
        assertThat(table.names()).containsExactly("a.b.C", "a.b.D");
    }

    @Test
    void aLineThatIsNotOfTheFormatIsNamed() {
        assertThatThrownBy(() -> FieldTable.parse("a.b.C\n  one\n", "x.jar"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "x.jar:2: expected `field_name TestClass` below a message, found `  one`");
        assertThatThrownBy(() -> FieldTable.parse("a.b.C\n  * Test\n", "x.jar"))
                .hasMessageStartingWith("x.jar:2:");
        assertThatThrownBy(() -> FieldTable.parse("  one Test\n", "x.jar"))
                .hasMessageStartingWith("x.jar:1:");
    }
}
