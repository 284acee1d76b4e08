package io.nuncio.matching;

import com.google.protobuf.StringValue;

import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchActionFactory;

/// An action that is a name, such as that of a filter chain.
@Extension(
        name = "filter-chain-name",
        type = "google.protobuf.StringValue",
        category = Category.MATCHING_ACTION)
public final class NameAction implements MatchActionFactory<StringValue> {
    @Override
    public Object configure(StringValue config, FactoryContext context) {
        return config.getValue();
    }
}
