import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/// The licences of the libraries that the distribution carries: a table by what their POMs say, and
/// the texts that their jars have, or that are kept here for those that have none and ask for
/// theirs in each copy. A library without a licence stops the build.
final class Licences {
    private static final Pattern TEXT = Pattern.compile("META-INF/[^/]*(LICENSE|NOTICE)[^/]*");

    /// A licence by its name and where its text is.
    private record Licence(String name, String url) {}

    private final Path kept;
    private final Path folder;
    private final List<String> rows = new ArrayList<>();

    /// @param kept texts by the beginning of the library's name: `re2j.txt`
    /// @param folder where the table and the texts go
    Licences(Path kept, Path folder) {
        this.kept = kept;
        this.folder = folder;
    }

    /// Adds a library from a repository of Maven's layout; jars of this tree have no POM beside
    /// them and are left out.
    void add(Path jar) throws IOException {
        Path pom = pomBeside(jar);
        if (pom == null) {
            return;
        }
        List<Licence> licences = licences(pom);
        if (licences.isEmpty()) {
            throw new IOException(pom + " and its parents name no licence");
        }
        var names = new ArrayList<String>();
        for (Licence licence : licences) {
            names.add("[" + licence.name() + "](" + licence.url() + ")");
        }
        String texts = String.join(", ", texts(jar));
        rows.add(
                "| "
                        + jar.getFileName()
                        + " | "
                        + String.join(" or ", names)
                        + " | "
                        + texts
                        + " |");
    }

    /// Writes the table.
    void write() throws IOException {
        Collections.sort(rows);
        var text = new StringBuilder();
        text.append("# Licences of the libraries in lib/\n\n");
        text.append("| library | licence | texts here |\n| --- | --- | --- |\n");
        rows.forEach(row -> text.append(row).append('\n'));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("README.md"), text.toString());
    }

    private static Path pomBeside(Path jar) throws IOException {
        try (Stream<Path> files = Files.list(jar.getParent())) {
            return files.filter(file -> file.toString().endsWith(".pom"))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        }
    }

    /// What the POM says, or the nearest of its parents that says something.
    private static List<Licence> licences(Path pom) throws IOException {
        Element project = parse(pom).getDocumentElement();
        Element block = child(project, "licenses");
        var found = new ArrayList<Licence>();
        if (block != null) {
            for (Element licence : children(block)) {
                found.add(new Licence(text(licence, "name"), text(licence, "url")));
            }
            return found;
        }
        Element parent = child(project, "parent");
        if (parent == null) {
            return found;
        }
        String group = text(parent, "groupId");
        String artifact = text(parent, "artifactId");
        String version = text(parent, "version");
        return licences(
                repository(pom)
                        .resolve(group.replace('.', '/'))
                        .resolve(artifact)
                        .resolve(version)
                        .resolve(artifact + "-" + version + ".pom"));
    }

    /// The root of the repository: GROUP/ARTIFACT/VERSION/file, the group one folder a part.
    private static Path repository(Path pom) throws IOException {
        Element project = parse(pom).getDocumentElement();
        String group = text(project, "groupId");
        if (group.isEmpty()) {
            Element parent = child(project, "parent");
            group = parent == null ? "" : text(parent, "groupId");
        }
        Path root = pom.getParent().getParent().getParent();
        for (int parts = group.split("\\.").length; parts > 0; parts--) {
            root = root.getParent();
        }
        return root;
    }

    private static Document parse(Path pom) throws IOException {
        try (InputStream in = Files.newInputStream(pom)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        } catch (ParserConfigurationException | org.xml.sax.SAXException failure) {
            throw new IOException(pom + " cannot be read", failure);
        }
    }

    private static List<Element> children(Element parent) {
        var elements = new ArrayList<Element>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }

    private static Element child(Element parent, String name) {
        return children(parent).stream()
                .filter(element -> element.getTagName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static String text(Element parent, String name) {
        Element element = child(parent, name);
        return element == null ? "" : element.getTextContent().strip();
    }

    private List<String> texts(Path jar) throws IOException {
        var names = new ArrayList<String>();
        String library = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        try (var file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (TEXT.matcher(entry.getName()).matches()) {
                    String name = entry.getName().substring("META-INF/".length());
                    Path copy = folder.resolve(library).resolve(name);
                    Files.createDirectories(copy.getParent());
                    try (InputStream content = file.getInputStream(entry)) {
                        Files.write(copy, content.readAllBytes());
                    }
                    names.add("[" + name + "](" + library + "/" + name + ")");
                }
            }
        }
        try (Stream<Path> files = Files.list(kept)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (library.startsWith(name.replaceFirst("\\.txt$", "-"))) {
                    Files.createDirectories(folder);
                    Files.write(folder.resolve(name), Files.readAllBytes(file));
                    names.add("[" + name + "](" + name + ")");
                }
            }
        }
        Collections.sort(names);
        return names;
    }
}
