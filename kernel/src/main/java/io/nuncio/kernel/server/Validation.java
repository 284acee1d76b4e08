package io.nuncio.kernel.server;

import io.nuncio.kernel.config.ConfigProblem;
import io.nuncio.kernel.config.ProblemsJson;
import io.nuncio.kernel.extension.ExtensionRegistry;

import java.io.PrintStream;
import java.util.List;

/// `--mode validate`: loads and compiles a configuration exactly as serving does, and says what is
/// wrong with it.
record Validation(Options options, ExtensionRegistry registry, PrintStream out, PrintStream err) {
    /// @return the exit code: 0 if the configuration may be served
    int run() throws StartFailure {
        List<ConfigProblem> problems = Server.problems(options, registry);
        boolean wrong = problems.stream().anyMatch(ConfigProblem::error);
        if (options.output() == Options.Output.JSON) {
            out.println(ProblemsJson.of(problems));
            return wrong ? 1 : 0;
        }
        for (ConfigProblem problem : problems) {
            err.println(problem.text());
        }
        if (wrong) {
            return 1;
        }
        String what =
                options.configPath() == null ? "--config-yaml" : options.configPath().toString();
        out.println("configuration '" + what + "' OK");
        return 0;
    }
}
