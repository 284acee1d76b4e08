package io.nuncio.spi.host;

import com.google.protobuf.Message;

import org.osgi.annotation.versioning.ConsumerType;

/// Who gets the resources of a subscription. Thread: main.
@ConsumerType
public interface ResourceWatcher<M extends Message> {
    /// Resources came. Take those that are right; report what is wrong with the others by
    /// [ResourceUpdate#problems], which rejects the update in the eyes of its sender but takes
    /// nothing back.
    void onUpdate(ResourceUpdate<M> update);

    /// Nothing of use came at first: the source is unreadable, sent what is wrong, or was silent
    /// for `initial_fetch_timeout`. Go on without; updates may come later. Told once at most, and
    /// only before the first update.
    void onFetchFailed();
}
