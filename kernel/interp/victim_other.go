//go:build !linux

package interp

// preferVictim does nothing: only Linux lets a process ask.
func preferVictim() {}
