package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// The command operators that a formatter extension knows. Thread: main.
@FunctionalInterface
@ConsumerType
public interface FormatCommands {
    /// The operator of a name, as in `%NAME(argument):maxLength%`.
    ///
    /// @param argument what stands in parentheses, empty if nothing does
    /// @param maxLength -1 for no limit
    /// @return null if the name is not known here
    /// @throws IllegalArgumentException if the name is known but the argument is wrong; the message
    ///   is shown to a person
    @Nullable FormatCommand parse(String name, String argument, int maxLength);
}
