package io.nuncio.distribution.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// One request and its response as seen by one end, whatever the protocol: a body that comes and
/// one that goes. Who reads slowly slows the sender down; writing blocks while nobody reads.
interface FlowExchange extends AutoCloseable {
    /// The other end's body, up to its end; waits for the other end's head first.
    InputStream in() throws IOException;

    /// This end's body, of the announced length; sends this end's head first.
    OutputStream out() throws IOException;

    /// Gives up what is not finished: the other end sees a reset or a closed connection.
    @Override
    void close();
}
