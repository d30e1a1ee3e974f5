package wire

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestOutgoingFindsMessagesInAnyPieces(t *testing.T) {
	handshake := append(theGreeting(), rawFrame(4, "\x05READY")...)
	long := strings.Repeat("y", 1000)
	want := slices.Concat(rawFrame(1, "a"), rawFrame(1, ""), rawFrame(0, long), rawFrame(0, ""))
	stream := append(handshake, want...)
	for size := 1; size <= len(stream); size += 1 + size/3 {
		o := outgoing{skip: greetingSize}
		var got []byte
		messages := 0
		for piece := range slices.Chunk(stream, size) {
			o.write(bytes.Clone(piece), func(parts [][]byte) {
				messages++
				got = append(got, slices.Concat(parts...)...)
			})
		}
		if messages != 2 || !bytes.Equal(got, want) {
			t.Fatalf("pieces of %d: %d messages, %d bytes, want 2 and %d", size, messages, len(got), len(want))
		}
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x00\x01x"))
	f.Add([]byte("\x03\x00\x00\x00\x00\x00\x00\x01\x00" + strings.Repeat("z", 256)))
	f.Add([]byte("\x02\x40\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x04\x06\x05READY"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 20
		r := bufio.NewReader(iotest.HalfReader(bytes.NewReader(data)))
		for {
			got, err := readFrame(r, limit)
			if err != nil {
				return
			}
			if len(got.body) > limit {
				t.Fatalf("body of %d bytes", len(got.body))
			}
			again, err := readFrame(bufio.NewReader(bytes.NewReader(encodeFrame(got))), limit)
			if err != nil || again.more != got.more || again.command != got.command || !bytes.Equal(again.body, got.body) {
				t.Fatalf("%+v became %+v, %v", got, again, err)
			}
			if got.command {
				parseCommand(got.body)
			}
		}
	})
}

func FuzzHandshake(f *testing.F) {
	f.Add(string(theGreeting()) + string(rawFrame(4, "\x05READY"+property("Socket-Type", "DEALER")+property("Identity", "me"))))
	f.Add(string(theGreeting()) + string(rawFrame(4, "\x05READY\xff")))
	f.Add(string(theGreeting()) + string(rawFrame(4, "\x05READY\x01x\xff\xff\xff\xff")))
	f.Fuzz(func(t *testing.T, data string) {
		peer, err := greet(io.Discard, bufio.NewReader(strings.NewReader(data)), typeRouter)
		if err == nil && (!slices.Contains(partners(typeRouter), peer.socketType) || len(peer.identity) > maxIdentity) {
			t.Fatalf("accepted %+v", peer)
		}
	})
}

func FuzzMessage(f *testing.F) {
	add := func(key string, frames ...string) { f.Add(key, strings.Join(frames, "\n")) }
	add("", "id", "<IDS|MSG>", "", `{"msg_id":"1","msg_type":"t"}`, "{}", "{}", "{}", "buffer")
	add("", "<IDS|MSG>")
	add("k", "<IDS|MSG>", "00", "{}", "{}", "{}", "{}")
	add("", "<IDS|MSG>", "", `{"msg_id":"1","msg_type":"t"}`, `{"msg_id":"2"}`, "null", `{"a":[1]}`)
	f.Fuzz(func(t *testing.T, key, data string) {
		var frames [][]byte
		for _, s := range strings.Split(data, "\n") {
			frames = append(frames, []byte(s))
		}
		e := newEnvelope(key)
		m, err := e.open(frames)
		if err != nil {
			return
		}
		if !json.Valid(m.Content) || !json.Valid(m.Metadata) {
			t.Fatalf("%+v", m)
		}
		sealed, err := e.seal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := newEnvelope(key).open(sealed)
		if err != nil || again.Header != m.Header || !bytes.Equal(again.Content, m.Content) || len(again.Buffers) != len(m.Buffers) {
			t.Fatalf("%+v became %+v, %v", m, again, err)
		}
	})
}

func TestSignatureIsThatOfOtherClients(t *testing.T) {
	// Computed with: printf '{"a":1}{}{}{"b":2}' | openssl dgst -sha256 -hmac key
	const want = "0206f42f4ae2a48f6054ab91271f90c100f7022f55fb1f23de6377624d533752"
	e := newEnvelope("key")
	got := e.sign([][]byte{[]byte(`{"a":1}`), []byte("{}"), []byte("{}"), []byte(`{"b":2}`)})
	if hex.EncodeToString(got) != want {
		t.Errorf("signature %s, openssl says %s", hex.EncodeToString(got), want)
	}
}

func TestOldSignaturesAreForgotten(t *testing.T) {
	e := newEnvelope("k")
	sum := func(i int) (s [32]byte) {
		s[0], s[1], s[2] = byte(i), byte(i>>8), byte(i>>16)
		return s
	}
	for i := range keptSignatures + 10 {
		if !e.remember(sum(i)) {
			t.Fatalf("%d is not new", i)
		}
	}
	if len(e.seen) != keptSignatures || len(e.ring) != keptSignatures {
		t.Errorf("%d and %d are kept", len(e.seen), len(e.ring))
	}
	if e.remember(sum(keptSignatures + 9)) {
		t.Error("the last is taken for new")
	}
	if !e.remember(sum(0)) {
		t.Error("the first is still remembered")
	}
}

func TestMessageWithTooManyIdentitiesIsRefused(t *testing.T) {
	e := newEnvelope("")
	frames, err := e.seal(message(t, "x", nil))
	if err != nil {
		t.Fatal(err)
	}
	for n, ok := range map[int]bool{0: true, maxIdentities: true, maxIdentities + 1: false} {
		_, err := e.open(slices.Concat(make([][]byte, n), frames))
		if (err == nil) != ok {
			t.Errorf("%d identities: %v", n, err)
		}
	}
}

func TestConnectionFile(t *testing.T) {
	dir := t.TempDir()
	const good = `{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"ip":"127.0.0.1","key":"k",
		"transport":"tcp","signature_scheme":"hmac-sha256","kernel_name":"gomri","jupyter_session":"a.ipynb"}`
	cases := map[string]struct{ text, err string }{
		"complete":        {good, ""},
		"defaults":        {`{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}`, ""},
		"ipc":             {strings.Replace(strings.Replace(good, `"tcp"`, `"ipc"`, 1), "127.0.0.1", dir, 1), ""},
		"not JSON":        {`shell_port = 1`, "invalid character"},
		"no port":         {strings.Replace(good, `"hb_port":5,`, "", 1), "hb_port is missing"},
		"port too large":  {strings.Replace(good, `"hb_port":5`, `"hb_port":70000`, 1), "hb_port 70000"},
		"port twice":      {strings.Replace(good, `"hb_port":5`, `"hb_port":1`, 1), "shell_port and hb_port are both 1"},
		"other scheme":    {strings.Replace(good, "hmac-sha256", "hmac-md5", 1), `signature_scheme "hmac-md5"`},
		"other transport": {strings.Replace(good, `"tcp"`, `"udp"`, 1), `transport "udp"`},
		"ipc without ip":  {strings.Replace(strings.Replace(good, `"tcp"`, `"ipc"`, 1), "127.0.0.1", "", 1), "ip is empty"},
		"ip as a path":    {strings.Replace(good, "127.0.0.1", "/tmp/x", 1), "not an address"},
		"huge":            {strings.Repeat(" ", maxConnectionFile) + good, "larger than"},
	}
	for name, c := range cases {
		path := filepath.Join(dir, "c.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := ReadConnectionFile(path)
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: %v, want %q", name, err, c.err)
		}
		if c.err != "" {
			continue
		}
		if err := WriteConnectionFile(path, info); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadConnectionFile(path); err != nil || again != info {
			t.Errorf("%s: written %+v, read %+v, %v", name, info, again, err)
		}
	}
	if _, err := ReadConnectionFile(filepath.Join(dir, "none")); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestAddressesOfSockets(t *testing.T) {
	for _, c := range []struct{ transport, ip, want string }{
		{"tcp", "127.0.0.1", "127.0.0.1:7"},
		{"tcp", "*", "0.0.0.0:7"},
		{"tcp", "::1", "[::1]:7"},
		{"tcp", "[::1]", "[::1]:7"},
		{"tcp", "localhost", "localhost:7"},
		{"ipc", "/run/k-ipc", "/run/k-ipc-7"},
	} {
		if got := (ConnectionInfo{Transport: c.transport, IP: c.ip}).address(7); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.transport, c.ip, got, c.want)
		}
	}
}
