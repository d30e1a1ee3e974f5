package toolchain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWorkspaceOfAKilledKernelIsRemovedByTheNext(t *testing.T) {
	temp := t.TempDir()
	live, err := Open(context.Background(), Options{TempDir: temp})
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	killed, err := Open(context.Background(), Options{TempDir: temp})
	if err != nil {
		t.Fatal(err)
	}
	killed.background.Wait()
	// What a killed process leaves: the files, and no lock.
	if err := errors.Join(killed.owner.Close(), killed.files.Close()); err != nil {
		t.Fatal(err)
	}
	others := []string{"gomri-warm-1", "other", "gomri-unmarked"}
	for _, name := range others {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(temp, "gomri-unmarked", ownerFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	next, err := Open(context.Background(), Options{TempDir: temp})
	if err != nil {
		t.Fatal(err)
	}
	next.background.Wait()
	defer next.Close()
	if _, err := os.Stat(killed.base); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the workspace of the killed kernel is still there: %v", err)
	}
	for _, base := range []string{live.base, next.base} {
		if _, err := os.Stat(filepath.Join(base, "cell", "go.mod")); err != nil {
			t.Errorf("the workspace of a live session was removed: %v", err)
		}
	}
	for _, name := range others {
		if _, err := os.Stat(filepath.Join(temp, name)); err != nil {
			t.Errorf("%s is no workspace, and was removed", name)
		}
	}
}
