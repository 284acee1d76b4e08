package io.nuncio.kernel.admin;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.kernel.config.MessageJson;
import io.nuncio.kernel.runtime.RuntimeLoader;
import io.nuncio.kernel.runtime.RuntimeSnapshot;

import java.util.List;

/// `/runtime` and `/runtime_modify`.
record RuntimeEndpoints(RuntimeLoader runtime, MessageJson json) {
    private static final String USAGE =
            """
            usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN
                   or send the parameters as form values
            use an empty value to remove a previously added override\
            """;

    void addTo(AdminEndpoints endpoints) {
        endpoints.add(AdminEndpoint.page("/runtime", "print runtime values", _ -> show()));
        endpoints.add(
                AdminEndpoint.command(
                        "/runtime_modify",
                        "Adds or modifies runtime values as passed in query parameters. To delete a"
                            + " previously added key, use an empty string as the value. Note that"
                            + " deletion only applies to overrides added via this endpoint; values"
                            + " loaded from disk can be modified via override but not deleted. E.g."
                            + " ?key1=value1&key2=value2...",
                        this::modify));
    }

    private AdminResponse show() {
        RuntimeSnapshot snapshot = runtime.snapshot();
        Struct.Builder entries = Struct.newBuilder();
        snapshot.layerValues()
                .forEach((key, values) -> {
                    String last = "";
                    for (String value : values) {
                        last = value.isEmpty() ? last : value;
                    }
                    entries.putFields(
                            key,
                            Value.newBuilder()
                                    .setStructValue(
                                            Struct.newBuilder()
                                                    .putFields("final_value", text(last))
                                                    .putFields("layer_values", list(values)))
                                    .build());
                });
        return AdminResponse.json(
                json.print(
                        Struct.newBuilder()
                                .putFields("layers", list(snapshot.layerNames()))
                                .putFields(
                                        "entries",
                                        Value.newBuilder().setStructValue(entries).build())
                                .build()));
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value list(List<String> texts) {
        ListValue.Builder list = ListValue.newBuilder();
        texts.forEach(text -> list.addValues(text(text)));
        return Value.newBuilder().setListValue(list).build();
    }

    private AdminResponse modify(AdminRequest request) {
        if (request.parameterMap().isEmpty()) {
            return AdminResponse.text(400, USAGE);
        }
        return runtime.override(request.parameterMap())
                ? AdminResponse.ok()
                : AdminResponse.text(503, "No admin layer specified");
    }
}
