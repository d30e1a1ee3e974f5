package serve

import "testing"

func TestSocketTableIsRead(t *testing.T) {
	for line, want := range map[string]string{
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0":                                                 "127.0.0.1:8080",
		"   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0": "[::1]:80",
		"   2: 0100007F:1F90 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0":                                                 "",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode":                                                          "",
		"   3: zz:1F90 00000000:0000 0A 0 0 0 0 0 4711":                                                                                                             "",
	} {
		inode, addr, ok := parseSocket(line)
		if ok != (want != "") {
			t.Errorf("%q: listening %v", line, ok)
		}
		if ok && (inode != "4711" || addr.String() != want) {
			t.Errorf("%q: %s at %s", line, inode, addr)
		}
	}
}
