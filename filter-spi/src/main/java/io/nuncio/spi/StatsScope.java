package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// Makes statistics under a common prefix, such as `http.ingress.`. Making one takes a lock and a
/// look-up, so it belongs on the main thread, when a template is compiled (a rare name that only
/// traffic reveals may be made on a worker, once); the statistic itself may be used from any
/// thread. A statistic lives until the last scope that named it is closed: then it disappears from
/// the admin pages, and whoever still holds it counts for nobody.
///
/// Two scopes with the same prefix share their statistics. One name is meant for one kind of
/// statistic.
@ProviderType
public interface StatsScope extends AutoCloseable {
    /// What the names of this scope begin with: empty, or ending with a dot.
    String prefix();

    /// The counter of that name below the prefix; the same one for the same name.
    Counter counter(String name);

    /// The gauge of that name below the prefix; the same one for the same name.
    Gauge gauge(String name);

    /// The histogram of that name below the prefix; the same one for the same name, whose first
    /// unit stays.
    Histogram histogram(String name, Histogram.Unit unit);

    /// A statistic whose value is text, such as a version.
    TextReadout textReadout(String name);

    /// Shows statistics of these names, at 0, as if each had been made, at next to no cost. One
    /// that is needed is made as any other. For what exists in thousands and is mostly idle.
    ///
    /// Those that another scope of this prefix has made are this scope's from now on, too, and stay
    /// when the other is closed; a second call takes those that were made since.
    void declare(DeclaredStats names);

    /// A scope whose prefix is this one's followed by `prefix` (a dot is added if it lacks one;
    /// what Envoy does not want in a name, such as a colon, becomes an underscore). It is closed
    /// with this one, if not before.
    StatsScope scope(String prefix);

    /// Lets go of every statistic that this scope and the scopes made from it named. A second call
    /// does nothing; after it the scope makes only statistics that nobody sees.
    @Override
    void close();
}
