package io.nuncio.kernel.admin;

import java.util.Collection;

/// The home page: a table of all endpoints, each with a form for its parameters. Links are
/// relative, so that the page works below another page's path. Commands are buttons that post, so
/// that nothing that follows links changes the server.
final class HomePage {
    private static final String START =
            """
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <title>Nuncio admin</title>
              <style>
                body { font-family: sans-serif; margin: 2em; }
                table { border-collapse: collapse; }
                th, td { text-align: left; padding: 0.3em 0.6em; vertical-align: top; }
                tbody.odd { background: #eee; }
                td.parameter { text-align: right; }
                button.page { background: none; border: none; padding: 0; font: inherit; color: #05a;
                  text-decoration: underline; cursor: pointer; }
              </style>
            </head>
            <body>
            <table class='home-table'>
            <thead><tr><th>Command</th><th>Description</th></tr></thead>
            """;
    private static final String END = "</table>\n</body>\n</html>\n";

    private HomePage() {}

    static AdminResponse of(Collection<AdminEndpoint> endpoints) {
        StringBuilder html = new StringBuilder(START);
        boolean odd = true;
        for (AdminEndpoint endpoint : endpoints) {
            if (endpoint.path().equals("/")) {
                continue;
            }
            row(html, endpoint, odd);
            odd = !odd;
        }
        return AdminResponse.html(html.append(END).toString());
    }

    private static void row(StringBuilder html, AdminEndpoint endpoint, boolean odd) {
        String path = escape(endpoint.path().substring(1));
        html.append("<tbody").append(odd ? " class='odd'>\n" : ">\n");
        html.append("<tr><td><form action='")
                .append(path)
                .append("' method='")
                .append(endpoint.mutates() ? "post" : "get")
                .append("' id='")
                .append(path)
                .append("'><button")
                .append(endpoint.mutates() ? ">" : " class='page'>")
                .append(path)
                .append("</button></form></td><td>")
                .append(escape(endpoint.help()))
                .append("</td></tr>\n");
        for (AdminEndpoint.Parameter parameter : endpoint.parameters()) {
            html.append("<tr><td class='parameter'>");
            input(html, path, parameter);
            html.append("</td><td>").append(escape(parameter.help())).append("</td></tr>\n");
        }
        html.append("</tbody>\n");
    }

    private static void input(StringBuilder html, String form, AdminEndpoint.Parameter parameter) {
        String attributes = " name='" + escape(parameter.id()) + "' form='" + form + "'";
        switch (parameter.type()) {
            case BOOLEAN -> html.append("<input type='checkbox'").append(attributes).append('>');
            case STRING -> html.append("<input type='text'").append(attributes).append('>');
            case ENUM -> {
                html.append("<select").append(attributes).append('>');
                for (String choice : parameter.choices()) {
                    String value = escape(choice);
                    html.append("<option value='")
                            .append(value)
                            .append("'>")
                            .append(value)
                            .append("</option>");
                }
                html.append("</select>");
            }
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
