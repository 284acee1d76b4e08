package io.nuncio.distribution.crowd;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A client in a process of its own, which says on its output what it does and ends with its input.
final class ClientProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    ClientProcess(Class<?> main, Object... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-Xmx4g", "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = process.inputReader();
    }

    /// Waits for the next line.
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the client has ended");
        }
        return line;
    }

    /// Asks for one line more.
    String ask() throws IOException {
        OutputStream input = process.getOutputStream();
        input.write('\n');
        input.flush();
        return line();
    }

    /// Ends the input and waits for the last line.
    String end() throws IOException {
        process.getOutputStream().close();
        return line();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
