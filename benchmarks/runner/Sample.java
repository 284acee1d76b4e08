/// What one load generator saw in one round.
///
/// @param completed answers with status 2xx
/// @param p50Micros median of the time to an answer, 0 if the generator does not tell
/// @param trouble what went wrong, empty if nothing did
record Sample(
        long completed, double requestsPerSecond, long p50Micros, long p99Micros, String trouble) {}
