package io.nuncio.kernel.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.type.v3.Percent;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CodecConfig;

import org.junit.jupiter.api.Test;

class Http2SettingsTest {
    private final Problems problems = new Problems();

    private CodecConfig config(Http2ProtocolOptions.Builder options) {
        return new CodecConfig(
                CodecConfig.Type.HTTP2,
                HttpProtocolOptions.getDefaultInstance(),
                Http1ProtocolOptions.getDefaultInstance(),
                options.build(),
                0);
    }

    private Http2Settings server(Http2ProtocolOptions.Builder options) {
        return Http2Settings.server(config(options), StatsStore.detached().root(), problems);
    }

    private static UInt32Value number(int value) {
        return UInt32Value.of(value);
    }

    private static SettingsParameter parameter(int identifier, int value) {
        return SettingsParameter.newBuilder()
                .setIdentifier(number(identifier))
                .setValue(number(value))
                .build();
    }

    @Test
    void defaultsAreEnvoys() {
        Http2Settings settings = server(Http2ProtocolOptions.newBuilder());

        assertThat(settings.hpackTableSize()).isEqualTo(4096);
        assertThat(settings.maxConcurrentStreams()).isEqualTo(1024);
        assertThat(settings.streamWindow()).isEqualTo(16 * 1024 * 1024);
        assertThat(settings.connectionWindow()).isEqualTo(24 * 1024 * 1024);
        assertThat(settings.allowConnect()).isFalse();
        assertThat(settings.limits())
                .isEqualTo(new Http2Settings.Limits(10_000, 1_000, 1, 100, 10));
        assertThat(settings.streamErrors()).isFalse();
        assertThat(settings.keepalive()).isNull();
        assertThat(settings.maxHeaderBytes()).isEqualTo(60 * 1024);
        assertThat(settings.maxHeaders()).isEqualTo(100);
    }

    @Test
    void eachFieldIsRead() {
        Http2Settings settings =
                server(
                        Http2ProtocolOptions.newBuilder()
                                .setHpackTableSize(number(1))
                                .setMaxConcurrentStreams(number(2))
                                .setInitialStreamWindowSize(number(70_000))
                                .setInitialConnectionWindowSize(number(80_000))
                                .setAllowConnect(true)
                                .setMaxOutboundFrames(number(5))
                                .setMaxOutboundControlFrames(number(6))
                                .setMaxConsecutiveInboundFramesWithEmptyPayload(number(7))
                                .setMaxInboundPriorityFramesPerStream(number(8))
                                .setMaxInboundWindowUpdateFramesPerDataFrameSent(number(9))
                                .setConnectionKeepalive(
                                        KeepaliveSettings.newBuilder()
                                                .setInterval(Duration.newBuilder().setSeconds(1))
                                                .setTimeout(Duration.newBuilder().setSeconds(2))
                                                .setIntervalJitter(Percent.newBuilder().setValue(3))
                                                .setConnectionIdleInterval(
                                                        Duration.newBuilder().setSeconds(4))));

        assertThat(settings.hpackTableSize()).isEqualTo(1);
        assertThat(settings.maxConcurrentStreams()).isEqualTo(2);
        assertThat(settings.streamWindow()).isEqualTo(70_000);
        assertThat(settings.connectionWindow()).isEqualTo(80_000);
        assertThat(settings.allowConnect()).isTrue();
        assertThat(settings.limits()).isEqualTo(new Http2Settings.Limits(5, 6, 7, 8, 9));
        assertThat(settings.keepalive())
                .isEqualTo(
                        new Http2Settings.Keepalive(
                                1_000_000_000L, 2_000_000_000L, 3, 4_000_000_000L));
    }

    @Test
    void customParametersAreAnnounced() {
        Http2Settings settings =
                server(
                        Http2ProtocolOptions.newBuilder()
                                .addCustomSettingsParameters(parameter(0x10, 7))
                                .addCustomSettingsParameters(parameter(3, 50)));

        assertThat(problems.all()).isEmpty();
        assertThat(settings.maxConcurrentStreams()).isEqualTo(50);
        assertThat(settings.announced(false))
                .containsExactly(
                        new Http2Settings.Parameter(0x10, 7),
                        new Http2Settings.Parameter(1, 4096),
                        new Http2Settings.Parameter(8, 0),
                        new Http2Settings.Parameter(3, 50),
                        new Http2Settings.Parameter(4, 16 * 1024 * 1024));
    }

    @Test
    void clientsRefusePush() {
        Http2Settings settings =
                Http2Settings.client(
                        config(Http2ProtocolOptions.newBuilder()),
                        StatsStore.detached().root(),
                        problems);

        assertThat(settings.announced(true)).contains(new Http2Settings.Parameter(2, 0));
    }

    @Test
    void customParametersMayNotRepeatFields() {
        server(
                Http2ProtocolOptions.newBuilder()
                        .setMaxConcurrentStreams(number(2))
                        .addCustomSettingsParameters(parameter(3, 2)));

        assertThat(problems.all())
                .singleElement()
                .asString()
                .isEqualTo(
                        "custom_settings_parameters: has identifiers that are configured by their"
                                + " own fields, too: [3]");
    }

    @Test
    void customParametersMayNotContradictEachOther() {
        server(
                Http2ProtocolOptions.newBuilder()
                        .addCustomSettingsParameters(parameter(9, 1))
                        .addCustomSettingsParameters(parameter(9, 2)));

        assertThat(problems.all())
                .singleElement()
                .asString()
                .contains("different values for the same identifiers [9]");
    }

    @Test
    void pushCannotBeEnabled() {
        server(Http2ProtocolOptions.newBuilder().addCustomSettingsParameters(parameter(2, 1)));

        assertThat(problems.all())
                .singleElement()
                .asString()
                .startsWith("custom_settings_parameters[0].value: was 1, expected 0");
    }
}
