package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class HeaderClauseTest {
    @Test
    void commasAndSemicolonsInsideQuotationMarksDivideNothing() {
        List<HeaderClause> clauses =
                HeaderClause.parse("a.b;version=\"[1,2)\";x:=\"p;q\", c;type:List<String>=\"m,n\"");

        assertThat(clauses)
                .containsExactly(
                        new HeaderClause("a.b", Map.of("version", "[1,2)"), Map.of("x", "p;q")),
                        new HeaderClause("c", Map.of("type", "m,n"), Map.of()));
    }

    @Test
    void aListIsDividedAtCommasThatNoBackslashPrecedes() {
        HeaderClause clause = HeaderClause.parse("a;t:List<String>=\"x\\,y, z\"").getFirst();

        assertThat(clause.list("t")).containsExactly("x,y", "z");
        assertThat(clause.list("absent")).isEmpty();
    }

    @Test
    void aMissingQuotationMarkIsAnError() {
        assertThatThrownBy(() -> HeaderClause.parse("a;b=\"c"))
                .hasMessageContaining("quotation mark");
    }

    @Test
    void anAttributeWithoutValueIsAnError() {
        assertThatThrownBy(() -> HeaderClause.parse("a;b")).hasMessageContaining("`b`");
    }
}
