package io.nuncio.listener.httpinspector;

/// What the first line of a connection is, if it is a request line.
final class RequestLine {
    private static final String TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~";
    private static final String HOST_CHARACTERS = "!$%&'()*+,-.:;=@[]_~";

    private RequestLine() {}

    enum Version {
        HTTP_1_1,
        /// 1.0, and any other version or none.
        OLDER,
        /// It is no request line.
        NONE
    }

    /// @param line without its line feed, a character for a byte
    static Version version(String line) {
        int methodStart = skipSpace(line, 0);
        int methodEnd = skipWord(line, methodStart);
        int targetStart = skipSpace(line, methodEnd);
        int targetEnd = skipWord(line, targetStart);
        String method = line.substring(methodStart, methodEnd);
        String target = line.substring(targetStart, targetEnd);
        String version = line.substring(skipSpace(line, targetEnd)).stripTrailing();
        if (!token(method) || !target(target, method.equals("CONNECT"))) {
            return Version.NONE;
        }
        if (version.isEmpty()) {
            return Version.OLDER; // HTTP/0.9
        }
        boolean wellFormed =
                version.length() == 8
                        && version.startsWith("HTTP/")
                        && digit(version.charAt(5))
                        && version.charAt(6) == '.'
                        && digit(version.charAt(7));
        if (!wellFormed) {
            return Version.NONE;
        }
        return version.endsWith("1.1") ? Version.HTTP_1_1 : Version.OLDER;
    }

    private static int skipSpace(String line, int from) {
        int at = from;
        while (at < line.length() && line.charAt(at) <= ' ') {
            at++;
        }
        return at;
    }

    private static int skipWord(String line, int from) {
        int at = from;
        while (at < line.length() && line.charAt(at) > ' ') {
            at++;
        }
        return at;
    }

    private static boolean token(String method) {
        for (int index = 0; index < method.length(); index++) {
            char character = method.charAt(index);
            if (!letterOrDigit(character) && TOKEN_CHARACTERS.indexOf(character) < 0) {
                return false;
            }
        }
        return !method.isEmpty();
    }

    /// A path, `*`, a URL with a scheme, or of CONNECT an authority.
    private static boolean target(String target, boolean connect) {
        if (target.isEmpty()) {
            return false;
        }
        if (target.charAt(0) == '/' || target.charAt(0) == '*') {
            return printable(target, 1);
        }
        int host = 0;
        if (!connect) {
            while (host < target.length() && letter(target.charAt(host))) {
                host++;
            }
            if (host == 0 || !target.startsWith("://", host)) {
                return false;
            }
            host += 3;
        }
        int path = host;
        while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
            char character = target.charAt(path);
            boolean twice = character == '@' && path > host && target.charAt(path - 1) == '@';
            if (twice || !letterOrDigit(character) && HOST_CHARACTERS.indexOf(character) < 0) {
                return false;
            }
            path++;
        }
        return printable(target, path);
    }

    private static boolean printable(String text, int from) {
        for (int index = from; index < text.length(); index++) {
            if (text.charAt(index) > 126) {
                return false;
            }
        }
        return true;
    }

    private static boolean letterOrDigit(char character) {
        return letter(character) || digit(character);
    }

    private static boolean letter(char character) {
        return character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z';
    }

    private static boolean digit(char character) {
        return character >= '0' && character <= '9';
    }
}
