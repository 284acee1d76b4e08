package io.nuncio.http.cors;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// The filter's statistics, `http.<stat_prefix>.cors.`.
record CorsStats(Counter originValid, Counter originInvalid) {
    static CorsStats in(StatsScope scope) {
        return new CorsStats(scope.counter("origin_valid"), scope.counter("origin_invalid"));
    }
}
