package io.nuncio.spi.host;

import com.google.protobuf.Message;

import io.nuncio.spi.Problems;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// What a subscription delivers at once. Thread: main.
@ProviderType
public interface ResourceUpdate<M extends Message> {
    /// The resources that were asked for, in the order in which they came.
    List<Entry<M>> resources();

    /// True if these are all that there are, so that any other is gone.
    boolean complete();

    /// Names of resources that are gone, where the source says so.
    List<String> removed();

    /// The version of the whole, as the source names it; may be empty.
    String version();

    /// Where is reported what is wrong with the whole, such as a resource that is missing.
    Problems problems();

    /// One resource.
    ///
    /// @param problems where everything wrong with it is reported
    /// @param version its own, or that of the whole
    record Entry<M extends Message>(String name, String version, M message, Problems problems) {}
}
