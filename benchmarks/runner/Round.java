/// One proxy under one load, once.
///
/// @param cpuMicros user and system time of the whole process tree during the round
/// @param residentBytes at the end of the round
record Round(Sample sample, long cpuMicros, long residentBytes) {
    double cpuPerRequest() {
        return sample.completed() == 0 ? Double.NaN : (double) cpuMicros / sample.completed();
    }
}
