package io.nuncio.kernel.server;

import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.extension.BundlesCommand;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.log.LogControl;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

/// The entry point of the process.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = new Process(Home.fromEnvironment(), System.out, System.err).run(args);
        // The loops' threads are not daemons; a start that failed must not leave them running.
        System.exit(status);
    }

    /// One run of the program.
    ///
    /// @param out what was asked for
    /// @param err what went wrong
    record Process(Home home, PrintStream out, PrintStream err) {
        /// @return the exit code
        int run(String... args) {
            try {
                String command = args.length == 0 ? "" : args[0];
                return switch (command) {
                    case "bundles" -> bundles(Arrays.copyOfRange(args, 1, args.length));
                    case "demo" -> demo(Arrays.copyOfRange(args, 1, args.length));
                    default -> serve(args);
                };
            } catch (StartFailure failure) {
                err.println(failure.getMessage());
                return 1;
            }
        }

        private int bundles(String[] args) throws StartFailure {
            return new BundlesCommand(home.bundles(null), out, err).run(args);
        }

        private int demo(String[] args) throws StartFailure {
            Path file = home.example("demo.yaml");
            String[] all = new String[args.length + 2];
            all[0] = "-c";
            all[1] = file.toString();
            System.arraycopy(args, 0, all, 2, args.length);
            out.println("The demo: a front proxy and two upstreams, from " + file);
            out.println("Try, in another terminal:");
            out.println("    curl -v http://127.0.0.1:10000/service/1");
            out.println("    curl -v http://127.0.0.1:10000/service/2");
            out.println("    curl -v http://127.0.0.1:10000/old");
            out.println("    curl 'http://127.0.0.1:9901/stats?usedonly'");
            out.println("Ctrl-C ends it.");
            return serve(all);
        }

        private int serve(String[] args) throws StartFailure {
            meanwhile("prepare-configuration", ConfigLoader::prepare);
            return switch (new CommandLineParser().parse(args)) {
                case CommandLineParser.Result.Print(var text) -> {
                    out.print(text);
                    yield 0;
                }
                case CommandLineParser.Result.Wrong(var message) -> {
                    err.println("nuncio: " + message);
                    yield 1;
                }
                case CommandLineParser.Result.Parsed(var options) -> {
                    LogControl logs = LogControl.start(options.log());
                    try (ExtensionRegistry registry =
                            new ExtensionRegistry(home.bundles(options.bundlePath()))) {
                        meanwhile("prepare-bundles", registry::prepare);
                        yield options.mode() == Options.Mode.VALIDATE
                                ? new Validation(options, registry, out, err).run()
                                : serve(options, registry, logs);
                    }
                }
            };
        }

        /// Half of a start is the first use of the API's classes and of Felix, which is as well
        /// done on another processor while the command line and the files are read.
        private static void meanwhile(String name, Runnable work) {
            Thread.ofPlatform().daemon().name(name).start(work);
        }

        private int serve(Options options, ExtensionRegistry registry, LogControl logs)
                throws StartFailure {
            try (Server server = Server.start(options, registry, logs)) {
                Signals.install(server);
                return server.awaitEnd();
            }
        }
    }
}
