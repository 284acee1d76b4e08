package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Finds message classes by the rule that their generators follow, one at a time and only when a
/// configuration names them: no registry of all types is ever built, because that alone would take
/// longer than the whole start.
///
/// One of the three places that use reflection. Thread-safe.
public final class Types implements MessageTypes {
    private final ClassLoader api = Types.class.getClassLoader();
    private final List<MessageTypes> more;
    private final ConcurrentHashMap<String, Message> known = new ConcurrentHashMap<>();

    /// The types of Envoy's API and of protobuf.
    public Types() {
        this(List.of());
    }

    /// The types of Envoy's API, then those that the given sources know (asked in order, answers
    /// not kept).
    public Types(List<MessageTypes> more) {
        this.more = List.copyOf(more);
    }

    /// The messages that a class loader has under their own full name, as generated without
    /// `java_package` or with one that equals the protobuf package, and with `java_multiple_files`.
    public static MessageTypes in(ClassLoader loader) {
        return fullName -> load(loader, nested(fullName));
    }

    @Override
    public @Nullable Message find(String fullName) {
        Message ours = known.get(fullName);
        if (ours == null) {
            ours = ofApi(fullName);
            if (ours != null) {
                known.put(fullName, ours);
            }
        }
        if (ours != null) {
            return ours;
        }
        for (MessageTypes source : more) {
            Message found = source.find(fullName);
            if (found != null && found.getDescriptorForType().getFullName().equals(fullName)) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Message ofApi(String fullName) {
        if (MessageTypes.isBeforeV3(fullName)) {
            return null;
        }
        Message found = load(api, javaName(fullName));
        return found != null && found.getDescriptorForType().getFullName().equals(fullName)
                ? found
                : null;
    }

    private static String javaName(String fullName) {
        String dotted;
        if (fullName.startsWith("envoy.")) {
            dotted = "io.envoyproxy." + fullName;
        } else if (fullName.startsWith("xds.")) {
            dotted = "com.github." + fullName;
        } else if (fullName.startsWith("udpa.")) {
            dotted = "com.github.udpa." + fullName;
        } else if (fullName.startsWith("google.")) {
            dotted = "com." + fullName;
        } else if (fullName.startsWith("opentelemetry.")) {
            dotted = "io." + fullName;
        } else {
            dotted = fullName;
        }
        return nested(dotted);
    }

    /// `a.b.Outer.Inner` as `a.b.Outer$Inner`: packages are lower case, messages are not.
    private static String nested(String dotted) {
        StringBuilder name = new StringBuilder(dotted.length());
        boolean inMessage = false;
        int start = 0;
        while (start <= dotted.length()) {
            int dot = dotted.indexOf('.', start);
            int end = dot < 0 ? dotted.length() : dot;
            if (start > 0) {
                name.append(inMessage ? '$' : '.');
            }
            name.append(dotted, start, end);
            inMessage |= end > start && Character.isUpperCase(dotted.charAt(start));
            start = end + 1;
        }
        return name.toString();
    }

    private static @Nullable Message load(ClassLoader loader, String className) {
        try {
            Class<?> type = Class.forName(className, false, loader);
            if (!Message.class.isAssignableFrom(type)) {
                return null;
            }
            return (Message) type.getMethod("getDefaultInstance").invoke(null);
        } catch (ReflectiveOperationException | LinkageError notThere) {
            return null;
        }
    }
}
