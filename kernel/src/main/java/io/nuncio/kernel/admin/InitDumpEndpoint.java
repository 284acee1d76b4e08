package io.nuncio.kernel.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.init.InitManagers;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/// `/init_dump`: what the server, its listeners and its clusters wait for. Beside Envoy's names
/// each target has an entry of its own under `targets`: for how long already, how long at most, and
/// why.
record InitDumpEndpoint(InitManagers managers) {
    private static final String DUMPS = "unready_targets_dumps";

    AdminEndpoint endpoint() {
        return new AdminEndpoint(
                "/init_dump",
                "dump current Envoy init manager information (experimental)",
                false,
                java.util.List.of(
                        AdminEndpoint.Parameter.text(
                                "mask",
                                "The desired component to dump unready targets. The mask is parsed"
                                    + " as a ProtobufWkt::FieldMask. For example, get the unready"
                                    + " targets of all listeners with /init_dump?mask=listener`")),
                request -> answer(request.parameter("mask")));
    }

    private AdminResponse answer(@org.jspecify.annotations.Nullable String mask) {
        boolean listenersOnly = "listener".equals(mask);
        if (mask != null && !listenersOnly) {
            return AdminResponse.text(
                    400, "mask " + mask + " is unknown; the one there is: listener\n");
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json =
                new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeArrayFieldStart(DUMPS);
            for (InitManager manager : managers.waiting()) {
                if (!listenersOnly || manager.owner().startsWith("Listener ")) {
                    write(json, manager);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return AdminResponse.json(text + "\n");
    }

    private static void write(JsonGenerator json, InitManager manager) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", "init manager " + manager.owner());
        json.writeArrayFieldStart("target_names");
        for (InitManager.Unready target : manager.unready()) {
            json.writeString("target " + target.target());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("targets");
        for (InitManager.Unready target : manager.unready()) {
            json.writeStartObject();
            json.writeStringField("name", target.target());
            json.writeNumberField("waiting_ms", TimeUnit.NANOSECONDS.toMillis(target.sinceNanos()));
            json.writeStringField("waiting_for", target.reason());
            if (target.deadlineNanos() >= 0) {
                json.writeNumberField(
                        "at_most_ms", TimeUnit.NANOSECONDS.toMillis(target.deadlineNanos()));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
