package io.nuncio.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The value that a component of a configuration record takes when the configuration does not set
/// it, written as in YAML: `@Default("100")`, `@Default("5s")`. A component with neither a default
/// nor `@Nullable` is required, except lists and maps, which are empty then.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
    String value();
}
