package io.nuncio.spi;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The public and protected signatures of a package, one line each: what a stranger's class can be
/// linked with.
final class ApiSignatures {
    private ApiSignatures() {}

    /// @param classes the folder with the compiled classes
    static List<String> of(String packageName, Path classes) throws Exception {
        var lines = new TreeSet<String>();
        for (String name : names(packageName, classes)) {
            Class<?> type = Class.forName(name, false, ApiSignatures.class.getClassLoader());
            if (visible(type)) {
                addType(type, lines);
            }
        }
        return lines.stream()
                .map(line -> line.replace(packageName + ".", "").replace("java.lang.", ""))
                .toList();
    }

    private static List<String> names(String packageName, Path classes) throws IOException {
        try (Stream<Path> files = Files.list(classes.resolve(packageName.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
                    .map(file -> packageName + "." + file.substring(0, file.length() - 6))
                    .toList();
        }
    }

    private static boolean visible(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
            if (!visible(at.getModifiers()) || at.isAnonymousClass() || at.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    private static boolean visible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void addType(Class<?> type, TreeSet<String> lines) {
        String name = simpleName(type);
        var line = new StringBuilder(name).append(": ").append(type.toGenericString());
        if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
            line.append(" extends ").append(type.getGenericSuperclass().getTypeName());
        }
        if (type.getGenericInterfaces().length > 0) {
            line.append(" implements ").append(types(type.getGenericInterfaces()));
        }
        if (type.isSealed()) {
            line.append(" permits ").append(types(type.getPermittedSubclasses()));
        }
        if (type.isRecord()) {
            line.append(" of ")
                    .append(
                            Arrays.stream(type.getRecordComponents())
                                    .map(RecordComponent::toString)
                                    .collect(Collectors.joining(", ")));
        }
        lines.add(line.toString());
        for (Field field : type.getDeclaredFields()) {
            if (visible(field.getModifiers()) && !field.isSynthetic()) {
                lines.add(name + "." + field.getName() + ": " + field.toGenericString());
            }
        }
        List<Executable> executables = new ArrayList<>();
        executables.addAll(List.of(type.getDeclaredConstructors()));
        executables.addAll(List.of(type.getDeclaredMethods()));
        for (Executable executable : executables) {
            if (!visible(executable.getModifiers())
                    || executable.isSynthetic()
                    || ofEveryObject(executable)) {
                continue;
            }
            switch (executable) {
                case Constructor<?> made -> lines.add(name + ".<init>: " + made.toGenericString());
                case Method method ->
                        lines.add(name + "." + method.getName() + ": " + method.toGenericString());
            }
        }
    }

    private static boolean ofEveryObject(Executable executable) {
        return switch (executable.getName()) {
            case "toString", "hashCode" -> executable.getParameterCount() == 0;
            case "equals" ->
                    Arrays.equals(executable.getParameterTypes(), new Class<?>[] {Object.class});
            default -> false;
        };
    }

    private static String simpleName(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1);
    }

    private static String types(Type... types) {
        return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
    }
}
