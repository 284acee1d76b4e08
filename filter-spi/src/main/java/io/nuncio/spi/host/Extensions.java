package io.nuncio.spi.host;

import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Compiles extensions that a configuration names inside another extension's. Thread: main.
@ProviderType
public interface Extensions {
    /// Finds and compiles an extension.
    ///
    /// @param field where it stands, relative to `context.problems()`
    /// @param template the class of the category's templates
    /// @param context the enclosing extension's; statistics and logger are inherited
    /// @return null if it was not found or is wrong; the problem is reported
    <T> @Nullable T compile(
            Category category,
            TypedExtensionConfig config,
            Class<T> template,
            FactoryContext context,
            String field);

    /// The same for the messages that carry a name and an Any of their own.
    <T> @Nullable T compile(
            Category category,
            String name,
            Any config,
            Class<T> template,
            FactoryContext context,
            String field);
}
