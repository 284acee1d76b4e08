# Finds a Java of at least version 25; sourced by the launchers. Sets JAVA_HOME_FOUND, or prints what is missing and ends.
# A runtime is judged by the file `release` in its folder: asking the JVM itself would take longer than starting the proxy.

wanted_java=25

java_version_of() {
    # Prints the feature version of the Java in the folder $1, nothing if there is none.
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            printf '%s' "$value"
            return 0
        fi
    done < "$1/release"
}

try_java() {
    # Takes the folder $1 if it has a Java that is new enough; remembers one that is too old.
    [ -n "$1" ] && [ -z "$JAVA_HOME_FOUND" ] || return 0
    version=$(java_version_of "$1")
    [ -n "$version" ] || return 0
    if [ "$version" -ge "$wanted_java" ]; then
        JAVA_HOME_FOUND=$1
    else
        case "$too_old" in
            *" $1
"*) ;;
            *) too_old="$too_old    Java $version at $1
" ;;
        esac
    fi
}

find_java() {
    # $1: the folder of a runtime that comes with the distribution, if there is one.
    JAVA_HOME_FOUND=
    too_old=
    try_java "${1:-}"
    try_java "${NUNCIO_JAVA_HOME:-}"
    try_java "${JAVA_HOME:-}"
    on_path=$(command -v java 2>/dev/null) || on_path=
    if [ -z "$JAVA_HOME_FOUND" ] && [ -n "$on_path" ]; then
        on_path=$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")
        try_java "${on_path%/bin/java}"
    fi
    if [ -z "$JAVA_HOME_FOUND" ]; then
        for folder in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /opt/*jre* \
            "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
            /Library/Java/JavaVirtualMachines/*/Contents/Home; do
            try_java "$folder"
        done
    fi
    [ -z "$JAVA_HOME_FOUND" ] || return 0
    {
        echo "nuncio: needs Java $wanted_java or newer, and none was found; install one (https://adoptium.net) or set JAVA_HOME."
        if [ -n "$too_old" ]; then
            echo "  Found, but too old:"
            printf '%s' "$too_old"
        fi
        echo "  Looked at: runtime/, NUNCIO_JAVA_HOME, JAVA_HOME, java on PATH, the JVM folders, /opt, ~/.sdkman, ~/.jdks."
    } >&2
    exit 78
}
