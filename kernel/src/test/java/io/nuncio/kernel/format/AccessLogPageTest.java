package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// The table of operators in `docs/access-log.md` is what `format/page.txt` and [Operators] say.
class AccessLogPageTest {
    private static final String BEGIN = "<!-- operators -->\n";
    private static final String END = "<!-- end of operators -->\n";

    @Test
    void theTableOfOperatorsIsComputed() throws IOException {
        Path page = Path.of("../docs/access-log.md").toRealPath();
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        String computed = text.substring(0, begin) + table() + text.substring(end);
        if (System.getProperty("golden.update") != null) {
            Files.writeString(page, computed);
        }
        assertThat(Files.readString(page))
                .as(
                        "docs/access-log.md, which -Dtest=AccessLogPageTest -Dgolden.update"
                                + " refreshes")
                .isEqualTo(computed);
    }

    private static String table() throws IOException {
        Set<String> rest = new TreeSet<>(new Operators(OperatorsTest.ENVIRONMENT).names());
        StringBuilder table = new StringBuilder("| operator | gives |\n| --- | --- |\n");
        for (String line : FormatCase.lines("page.txt")) {
            String[] row = line.split("\\|", -1);
            String name = row[0];
            rest.remove(name);
            table.append("| `").append(name);
            if (!row[1].isEmpty()) {
                table.append('(').append(row[1]).append(')');
            }
            table.append("` | ").append(gives(name, row[2]));
            if (!row[3].isEmpty()) {
                table.append(" (Envoy ").append(row[3]).append(')');
            }
            table.append(" |\n");
        }
        assertThat(rest).as("operators without a row").isEmpty();
        return table.toString();
    }

    private static String gives(String name, String value) {
        String nothing = Operators.WITHOUT_VALUE.get(name);
        String refused = Operators.REFUSED.get(name);
        assertThat(value.isEmpty()).as(name).isEqualTo(nothing != null || refused != null);
        if (nothing != null) {
            return "`-`: " + nothing;
        }
        return refused == null ? value : "refused: " + refused;
    }
}
