package dirvault_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"firn/vault"
	"firn/vault/dirvault"
)

// childHolds keeps a vault open until its standard input ends.
func childHolds(dir string) error {
	v, err := dirvault.Open(dir, dirvault.Options{})
	if err != nil {
		return err
	}
	fmt.Println("open")
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, v.Close())
}

// heldElsewhere has another process keep dir open until the test ends.
func heldElsewhere(t *testing.T, dir string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childRole+"=hold", childDir+"="+dir)
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || said != "open\n" {
		t.Fatalf("the other process says %q, %v", said, err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = child.Wait() // perhaps killed with the context of the test
	})
}

// childOpens tries to open a vault and says how that went.
func childOpens(dir string) error {
	v, err := dirvault.Open(dir, dirvault.Options{})
	fmt.Printf("locked: %t, error: %v\n", errors.Is(err, vault.ErrLocked), err)
	if err == nil {
		err = v.Close()
		return err
	}
	return nil
}

// openElsewhere has another process open dir and returns what it says.
func openElsewhere(ctx context.Context, t *testing.T, dir string) string {
	t.Helper()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), childRole+"=open", childDir+"="+dir)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	if said := openElsewhere(t.Context(), t, dir); !bytes.HasPrefix([]byte(said), []byte("locked: true")) {
		t.Errorf("while the vault is open, another process says %q", said)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if said := openElsewhere(t.Context(), t, dir); said != "locked: false, error: <nil>\n" {
		t.Errorf("after it was closed, another process says %q", said)
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	dir := newVault(t)
	open(t, dir, dirvault.Options{})
	_, err := dirvault.Open(dir, dirvault.Options{})
	wantClass(t, "Open", err, vault.ErrLocked)

	root := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, root, dirvault.Options{})
	_, err = dirvault.OpenRoot(root, dirvault.Options{})
	wantClass(t, "OpenRoot", err, vault.ErrLocked)
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	_, err = dirvault.Open(filepath.Join(root, "cold"), dirvault.Options{})
	wantClass(t, "Open of a vault that its root has open", err, vault.ErrLocked)
}

func TestOpenWhatIsNoVault(t *testing.T) {
	empty := t.TempDir()
	for _, dir := range []string{empty, filepath.Join(empty, "missing")} {
		_, err := dirvault.Open(dir, dirvault.Options{})
		wantClass(t, "Open", err, vault.ErrNotFound)
	}
	if left := files(t, empty); len(left) != 0 {
		t.Errorf("a look at a directory that is no vault left %v", left)
	}
}

func TestCreate(t *testing.T) {
	dir := newVault(t)
	wantClass(t, "Create again", dirvault.Create(dir, dirvault.Options{}), vault.ErrExists)

	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "photo"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantClass(t, "Create over other files", dirvault.Create(full, dirvault.Options{}), vault.ErrExists)
	wantClass(t, "Create over a file", dirvault.Create(filepath.Join(full, "photo"), dirvault.Options{}), vault.ErrExists)
	if left := files(t, full); len(left) != 1 {
		t.Errorf("after a refused Create the directory holds %v", left)
	}

	empty := t.TempDir()
	if err := dirvault.Create(empty, dirvault.Options{}); err != nil {
		t.Errorf("Create over an empty directory: %v", err)
	}
	open(t, empty, dirvault.Options{})
}

func TestClosed(t *testing.T) {
	v := open(t, newVault(t), dirvault.Options{})
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("CreateUpload in a closed vault: %v", err)
	}
	if _, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("StartJob in a closed vault: %v", err)
	}
	if err := v.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
