/// Configuration that comes from outside: subscriptions to resources and the sources they come
/// from.
///
/// [io.nuncio.kernel.subscription.SubscriptionSources] picks the source that a `ConfigSource`
/// names; [io.nuncio.kernel.subscription.FileSubscription] reads files. Thread: main.
@NullMarked
package io.nuncio.kernel.subscription;

import org.jspecify.annotations.NullMarked;
