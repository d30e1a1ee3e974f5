//go:build !linux

package serve

import "net/netip"

// groupListeners is false: the system does not tell without help of other tools.
func groupListeners(int) ([]netip.AddrPort, bool) { return nil, false }

// portOwner is false, for the same reason.
func portOwner(uint16) (pid int, name string, ok bool) { return 0, "", false }
