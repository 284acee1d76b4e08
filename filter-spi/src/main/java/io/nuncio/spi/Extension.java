package io.nuncio.spi;

import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares the annotated factory as an extension.
///
/// The build turns it into a manifest capability of the namespace `nuncio.extension`, from which
/// the kernel knows what a bundle offers without running its code. The class must be public with a
/// public constructor without parameters, and must implement the factory interface of its category.
/// One instance is made per bundle generation, on the main thread, when a configuration first names
/// the extension; a class of several categories has one instance for all of them.
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@Capability(namespace = "nuncio.extension", attribute = "impl=${@class}")
public @interface Extension {
    /// The extension's name, such as `envoy.filters.http.cors`. It decides only where a
    /// configuration carries no type.
    @Attribute
    String name();

    /// Full names of the configuration messages that select this extension (without
    /// `type.googleapis.com/`), the per-route types included. Empty for an extension that is
    /// selected by name alone.
    @Attribute
    String[] type() default {};

    /// The category, or several where the same factory serves in each, such as both sides'
    /// transport sockets; absent in the manifest means [Category#HTTP_FILTER].
    @Attribute
    Category[] category() default {};

    /// How finished the extension is: `stable`, `alpha` or `wip`, as Envoy marks its own. Shown to
    /// operators.
    @Attribute
    String status() default "stable";

    /// Whom the extension may face, in Envoy's words, such as `robust_to_untrusted_downstream`.
    /// Shown to operators.
    @Attribute
    String securityPosture() default "unknown";
}
