package io.nuncio.http.headermutation;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;

import java.util.ArrayList;
import java.util.List;

/// What one level changes, each list in its order; a later mutation sees what an earlier one did.
record Mutations(
        List<HeaderMutation> request,
        List<QueryParameterMutation> queryParameters,
        List<HeaderMutation> response) {
    Mutations {
        request = List.copyOf(request);
        queryParameters = List.copyOf(queryParameters);
        response = List.copyOf(response);
    }

    /// @param context of the message; problems are reported there
    static Mutations from(
            io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations message,
            FactoryContext context) {
        var parameters = new ArrayList<QueryParameterMutation>();
        for (int i = 0; i < message.getQueryParameterMutationsCount(); i++) {
            var parameter =
                    QueryParameterMutation.from(
                            message.getQueryParameterMutations(i),
                            context.in("query_parameter_mutations[" + i + "]", context.name()));
            if (parameter != null) {
                parameters.add(parameter);
            }
        }
        return new Mutations(
                HeaderMutation.all(message.getRequestMutationsList(), context, "request_mutations"),
                parameters,
                HeaderMutation.all(
                        message.getResponseMutationsList(), context, "response_mutations"));
    }

    void changeRequest(RequestHeaders headers, Stream stream) {
        if (request.isEmpty() && queryParameters.isEmpty()) {
            return;
        }
        FormatContext context = stream.formatContext();
        change(request, headers, context);
        String path = headers.path();
        if (queryParameters.isEmpty() || path.isEmpty()) {
            return;
        }
        QueryParameters parameters = QueryParameters.of(path);
        for (QueryParameterMutation mutation : queryParameters) {
            mutation.apply(parameters, context);
        }
        headers.path(parameters.path());
    }

    void changeResponse(ResponseHeaders headers, Stream stream) {
        if (!response.isEmpty()) {
            change(response, headers, stream.formatContext());
        }
    }

    private static void change(
            List<HeaderMutation> mutations, HeaderMap headers, FormatContext context) {
        for (HeaderMutation mutation : mutations) {
            mutation.apply(headers, context);
        }
    }
}
