package io.nuncio.kernel.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Turns configuration texts into one checked message. Serving and `--mode validate` both come
/// here. Main thread.
///
/// The steps: read each text into nodes, bind the nodes to the message (unknown fields, wrong
/// types), merge the sources, check `validate.rules`, then extensions and supported fields. Every
/// step runs, so that a person sees all problems at once; a rule that is violated only because a
/// field beside it could not be bound is not reported.
public final class ConfigLoader {
    private final MessageTypes types;
    private final FieldTable kernelFields;
    private final ValidateRules rules = new ValidateRules();

    /// @param types where messages are looked up, also those of bundles
    public ConfigLoader(MessageTypes types) {
        this(types, kernelFields());
    }

    /// @param kernelFields the fields that the kernel supports, instead of its own table
    public ConfigLoader(MessageTypes types, FieldTable kernelFields) {
        this.types = types;
        this.kernelFields = kernelFields;
    }

    /// The fields that the kernel itself supports.
    public static FieldTable kernelFields() {
        return FieldTable.parse(Resources.text("/" + FieldTable.RESOURCE), FieldTable.RESOURCE);
    }

    /// Loads the classes that reading any bootstrap needs, which is most of what a first load
    /// costs: a server may call this on another thread while it does other things. Never needed for
    /// the result.
    public static void prepare() {
        ConfigSource smallest = ConfigSource.yaml("", "node: {}");
        new ConfigLoader(new Types(), FieldTable.EVERYTHING)
                .load(List.of(smallest), NoExtensions.INSTANCE, LoadOptions.DEFAULT);
    }

    /// Loads a bootstrap.
    ///
    /// @param sources at least one; later ones are merged over the earlier as protobuf merges
    public LoadResult<Bootstrap> load(
            List<ConfigSource> sources, ExtensionIndex index, LoadOptions options) {
        return load(Bootstrap.getDefaultInstance(), sources, index, options);
    }

    /// Loads any message, for example a discovery response from a file.
    public <M extends Message> LoadResult<M> load(
            M prototype, List<ConfigSource> sources, ExtensionIndex index, LoadOptions options) {
        return new Load<>(prototype, sources, index, options).run();
    }

    /// One run of the loader.
    private final class Load<M extends Message> {
        private final M prototype;
        private final Descriptor type;
        private final List<ConfigSource> sources;
        private final ExtensionIndex index;
        private final LoadOptions options;
        private final UnknownTypes unknownTypes;
        private final TextReader textReader;
        private final Positions positions;
        private final ProblemList problems = new ProblemList();
        private final BoundContents contents = new BoundContents(types);

        /// Messages in which something could not be bound, so that rules about their fields mean
        /// nothing.
        private final Set<String> broken = new HashSet<>();

        private int deprecatedUses;

        /// Errors about what is rightly written but cannot be used here.
        private int unusable;

        Load(M prototype, List<ConfigSource> sources, ExtensionIndex index, LoadOptions options) {
            this.prototype = prototype;
            this.type = prototype.getDescriptorForType();
            this.sources = List.copyOf(sources);
            this.index = index;
            this.options = options;
            this.unknownTypes = new UnknownTypes(types, index);
            this.textReader = new TextReader(types, unknownTypes);
            this.positions = new Positions(this.sources, type, textReader);
        }

        LoadResult<M> run() {
            List<DynamicMessage> parts = new ArrayList<>();
            List<YamlNode> roots = new ArrayList<>();
            for (ConfigSource source : sources) {
                DynamicMessage part =
                        switch (source.format()) {
                            case YAML, JSON -> {
                                YamlNode root = YamlReader.read(source, problems);
                                if (root == null) {
                                    yield null;
                                }
                                roots.add(root);
                                yield bind(source, root);
                            }
                            case BINARY -> parse(source);
                            case TEXT -> textReader.read(source, type, problems);
                        };
                if (part != null) {
                    parts.add(part);
                }
            }
            positions.remember(roots);
            DynamicMessage merged =
                    parts.size() == sources.size() && !parts.isEmpty() ? merge(parts) : null;
            if (merged != null) {
                check(merged);
            }
            M written =
                    merged == null || problems.errors() > unusable
                            ? null
                            : generated(merged.toByteString());
            return new LoadResult<>(written, unusable == 0, sorted(), deprecatedUses, positions);
        }

        private DynamicMessage bind(ConfigSource source, YamlNode root) {
            Binder binder =
                    new Binder(
                            types,
                            unknownTypes,
                            report(source),
                            contents,
                            source.format() == ConfigSource.Format.YAML,
                            options.refuseDuplicateKeys(),
                            source.content().length / 4);
            return binder.bind(type, root, FieldPath.ROOT);
        }

        private Binder.Report report(ConfigSource source) {
            return new Binder.Report() {
                @Override
                public void error(YamlNode at, FieldPath path, String message) {
                    broken.add(path.toString());
                    broken.add(path.owner().toString());
                    problems.error(source.name(), at.line(), at.column(), path.toString(), message);
                }

                @Override
                public void warn(YamlNode at, FieldPath path, String message) {
                    problems.warn(source.name(), at.line(), at.column(), path.toString(), message);
                }

                @Override
                public void unknownField(YamlNode at, FieldPath path, String message) {
                    if (!options.allowUnknownFields() && !options.ignoreUnknownFields()) {
                        error(at, path, message);
                    } else if (!options.ignoreUnknownFields()) {
                        warn(at, path, message);
                    }
                }
            };
        }

        private @Nullable DynamicMessage parse(ConfigSource source) {
            try {
                CodedInputStream input = CodedInputStream.newInstance(source.content());
                input.setRecursionLimit(BoundContents.RECURSION_LIMIT);
                return DynamicMessage.parseFrom(type, input);
            } catch (InvalidProtocolBufferException broken) {
                problems.error(
                        source.name(),
                        0,
                        0,
                        "",
                        "the file is not a serialized " + type.getFullName());
                return null;
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private DynamicMessage merge(List<DynamicMessage> parts) {
            if (parts.size() == 1) {
                return parts.get(0);
            }
            ByteString bytes = ByteString.EMPTY;
            for (DynamicMessage part : parts) {
                bytes = bytes.concat(part.toByteString());
            }
            return (DynamicMessage) parse(DynamicMessage.getDefaultInstance(type), bytes);
        }

        @SuppressWarnings("unchecked")
        private M generated(ByteString bytes) {
            return (M) parse(prototype, bytes);
        }

        private static Message parse(Message prototype, ByteString bytes) {
            try {
                CodedInputStream input = bytes.newCodedInput();
                input.setRecursionLimit(BoundContents.RECURSION_LIMIT);
                return prototype.newBuilderForType().mergeFrom(input).build();
            } catch (IOException impossible) {
                throw new IllegalStateException(
                        "a message that was just serialized cannot be parsed", impossible);
            }
        }

        private void check(DynamicMessage message) {
            rules.check(
                    message,
                    contents,
                    (owner, path, reason) -> {
                        if (!followsFromBroken(owner, path)) {
                            problem(true, path.toString(), reason);
                        }
                    });
            RuntimeKeys runtime = RuntimeKeys.of(message);
            FieldTable fields = options.checkSupport() ? kernelFields : FieldTable.EVERYTHING;
            new MessageCheck(types, index, fields)
                    .check(
                            message,
                            contents,
                            (kind, path, text) -> finding(kind, path, text, runtime));
        }

        /// True for a rule about a field that is not in the text, or could not be bound, beside
        /// something that could not be bound: a misspelled field violates its own rule and says
        /// nothing new.
        private boolean followsFromBroken(FieldPath owner, FieldPath path) {
            if (broken.isEmpty()) {
                return false;
            }
            String text = path.toString();
            return broken.contains(text)
                    || (broken.contains(owner.toString()) && !positions.locate(text).exact());
        }

        private void finding(
                MessageCheck.Kind kind, String path, String text, RuntimeKeys runtime) {
            switch (kind) {
                case EXTENSION -> {
                    boolean reported =
                            broken.contains(path) || broken.contains(path + ".typed_config");
                    if (options.checkSupport() && !reported) {
                        unusable++;
                        problem(true, path, text);
                    }
                }
                case UNSUPPORTED -> {
                    if (options.checkSupport()) {
                        unusable++;
                        problem(true, path, text);
                    }
                }
                case OPTIONAL_EXTENSION -> {
                    if (options.checkSupport()) {
                        problem(false, path, text + "; it is optional and left out");
                    }
                }
                case DEPRECATED -> {
                    deprecatedUses++;
                    problem(false, path, text);
                }
                case DISALLOWED -> {
                    deprecatedUses++;
                    problem(!runtime.allows(text), path, text);
                }
                case UNKNOWN_FIELD -> {
                    if (!options.ignoreUnknownFields()) {
                        problem(!options.allowUnknownFields(), path, text);
                    }
                }
            }
        }

        private void problem(boolean error, String path, String message) {
            Positions.Place place = positions.locate(path);
            if (error) {
                problems.error(place.file(), place.line(), place.column(), path, message);
            } else {
                problems.warn(place.file(), place.line(), place.column(), path, message);
            }
        }

        /// In the order of the sources, and of the lines in each.
        private List<ConfigProblem> sorted() {
            Map<String, Integer> order = new HashMap<>();
            for (ConfigSource source : sources) {
                order.putIfAbsent(source.name(), order.size());
            }
            List<ConfigProblem> sorted = new ArrayList<>(problems.all());
            sorted.sort(
                    Comparator.comparingInt((ConfigProblem problem) ->
                                    order.getOrDefault(problem.file(), Integer.MAX_VALUE))
                            .thenComparingInt(ConfigProblem::line)
                            .thenComparingInt(ConfigProblem::column));
            return sorted;
        }
    }
}
