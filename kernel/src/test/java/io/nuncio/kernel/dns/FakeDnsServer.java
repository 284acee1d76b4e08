package io.nuncio.kernel.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A name server on a UDP port of the loopback address, with a thread of its own.
final class FakeDnsServer implements AutoCloseable {
    private static final int A = 1;
    private static final int CNAME = 5;
    private static final int AAAA = 28;
    private static final int NXDOMAIN = 3;

    final List<String> questions = new CopyOnWriteArrayList<>();
    private final Map<String, List<Entry>> zone = new ConcurrentHashMap<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final Map<String, Integer> silences = new ConcurrentHashMap<>();
    private final DatagramSocket socket;
    private final Thread thread;

    private record Entry(int type, long ttl, byte[] data) {}

    FakeDnsServer() {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        thread = new Thread(this::serve, "fake-dns");
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    FakeDnsServer host(String name, long ttl, String... addresses) {
        List<Entry> entries = zone.computeIfAbsent(name, _ -> new CopyOnWriteArrayList<>());
        for (String text : addresses) {
            InetAddress address = InetAddress.ofLiteral(text);
            byte[] bytes = address.getAddress();
            entries.add(new Entry(bytes.length == 4 ? A : AAAA, ttl, bytes));
        }
        return this;
    }

    FakeDnsServer alias(String name, String target) {
        zone.computeIfAbsent(name, _ -> new CopyOnWriteArrayList<>())
                .add(new Entry(CNAME, 300, encode(target)));
        return this;
    }

    /// Answers questions for the name with an error code.
    FakeDnsServer failing(String name, int code) {
        failures.put(name, code);
        return this;
    }

    /// Leaves the next questions for the name without an answer.
    FakeDnsServer silent(String name, int times) {
        silences.put(name, times);
        return this;
    }

    @Override
    public void close() throws InterruptedException {
        socket.close();
        thread.join();
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (true) {
            var packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] reply = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                if (reply != null) {
                    socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(ByteBuffer query) throws IOException {
        short id = query.getShort();
        query.position(12);
        var name = new StringBuilder();
        for (int length = query.get(); length != 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(label, StandardCharsets.US_ASCII));
        }
        int type = query.getShort();
        String asked = name.toString();
        questions.add(asked + " " + (type == A ? "A" : "AAAA"));
        if (silences.merge(asked, -1, Integer::sum) >= 0) {
            return null;
        }
        List<byte[]> records = new ArrayList<>();
        collect(asked, type, records);
        int code = failures.getOrDefault(asked, zone.containsKey(asked) ? 0 : NXDOMAIN);
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeShort(id);
        out.writeShort(0x8580 | code); // an authoritative answer, recursion available
        out.writeShort(1);
        out.writeShort(code == 0 ? records.size() : 0);
        out.writeInt(0);
        out.write(encode(asked));
        out.writeShort(type);
        out.writeShort(1);
        if (code == 0) {
            for (byte[] one : records) {
                out.write(one);
            }
        }
        return bytes.toByteArray();
    }

    private void collect(String name, int type, List<byte[]> records) throws IOException {
        for (Entry entry : zone.getOrDefault(name, List.of())) {
            if (entry.type() == type || entry.type() == CNAME) {
                var bytes = new ByteArrayOutputStream();
                var out = new DataOutputStream(bytes);
                out.write(encode(name));
                out.writeShort(entry.type());
                out.writeShort(1);
                out.writeInt((int) entry.ttl());
                out.writeShort(entry.data().length);
                out.write(entry.data());
                records.add(bytes.toByteArray());
                if (entry.type() == CNAME) {
                    collect(decode(entry.data()), type, records);
                }
            }
        }
    }

    private static byte[] encode(String name) {
        var bytes = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    private static String decode(byte[] encoded) {
        var name = new StringBuilder();
        for (int at = 0; encoded[at] != 0; at += encoded[at] + 1) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(encoded, at + 1, encoded[at], StandardCharsets.US_ASCII));
        }
        return name.toString();
    }
}
