package glaciervault_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/server"
	"firn/treehash"
	"firn/vault"
	"firn/vault/administration"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
	"firn/vault/vaulttest"
)

// TestRing runs the contract's suite around the ring: this client, over real HTTP, to the
// server, on directories. Client, server and directory check each other.
func TestRing(t *testing.T) {
	isolate(t)
	clock := newRingClock()
	vaulttest.Run(t, vaulttest.Opener[*testing.T]{
		New: func(t *testing.T) vault.Vault { return newRing(t, clock).open(t) },
		Reopen: func(t *testing.T, v vault.Vault) vault.Vault {
			return ringOf(t, v).open(t)
		},
	}, vaulttest.Options{JobTime: ringJobTime, Advance: clock.Advance})
}

// ringJobTime is the duration of a job at the server.
const ringJobTime = 4 * time.Hour

// ring is a server on a fresh directory, with one vault.
type ring struct {
	root     *dirvault.Root
	endpoint string
}

// ringClock is the clock of the directory; it only moves when it is advanced. Client and
// server compare signatures by the machine's clock.
type ringClock struct {
	mu sync.Mutex
	t  time.Time
}

func newRingClock() *ringClock {
	return &ringClock{t: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}
}

func (c *ringClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *ringClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// ringVault knows its ring.
type ringVault struct {
	*glaciervault.Vault
	ring *ring
}

func ringOf(t *testing.T, v vault.Vault) *ring {
	t.Helper()
	of, ok := v.(*ringVault)
	if !ok {
		t.Fatalf("%T is no vault of a ring", v)
	}
	return of.ring
}

func newRing(t *testing.T, clock *ringClock) *ring {
	t.Helper()
	root, err := dirvault.OpenRoot(filepath.Join(t.TempDir(), "vaults"), dirvault.Options{
		Now:            clock.Now,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return ringJobTime },
		OutputLifetime: 24 * time.Hour,
		InventoryEvery: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	handler, err := server.New(map[string]server.Store{"012345678901": root}, server.Options{
		Region:      "us-east-1",
		Credentials: server.Keys{testKey: {Secret: testSecret, Account: "012345678901"}},
		Log:         slog.New(slog.NewTextHandler(t.Output(), nil)),
		Grace:       time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := handler.Serve(ctx, listener); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		serving.Wait()
	})
	r := &ring{root: root, endpoint: "http://" + listener.Addr().String()}
	if err := accountAt(t, r.endpoint).CreateVault(t.Context(), "photos"); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *ring) open(t *testing.T) *ringVault {
	t.Helper()
	return &ringVault{Vault: openAt(t, r.endpoint), ring: r}
}

// TestRingAdministration takes the vaults of a server through their whole life, with more
// than one page of them.
func TestRingAdministration(t *testing.T) {
	isolate(t)
	r := newRing(t, newRingClock())
	a := accountAt(t, r.endpoint)
	want := []string{"photos"}
	for i := range 24 {
		name := fmt.Sprintf("vault_%02d", i)
		want = append(want, name)
		for range 2 { // the second changes nothing
			if err := a.CreateVault(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []string
	for info, err := range a.Vaults(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, info.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	info, err := a.DescribeVault(t.Context(), "vault_07")
	if err != nil || info.Name != "vault_07" || info.ARN != "arn:aws:glacier:us-east-1:012345678901:vaults/vault_07" || info.Created.IsZero() {
		t.Errorf("described as %+v, %v", info, err)
	}
	if err := a.DeleteVault(t.Context(), "vault_07"); err != nil {
		t.Error(err)
	}
	if _, err := a.DescribeVault(t.Context(), "vault_07"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("a deleted vault is described: %v", err)
	}
	v := openAt(t, r.endpoint)
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	part := vault.Part{Size: 1, TreeHash: treehash.Sum([]byte("a"))}
	if part, err = v.UploadPart(t.Context(), id, part, strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	whole := vault.Completion{Size: 1, TreeHash: part.TreeHash, Parts: []vault.Part{part}}
	if _, err := v.CompleteUpload(t.Context(), id, whole); err != nil {
		t.Fatal(err)
	}
	if err := a.DeleteVault(t.Context(), "photos"); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("a vault in use is deleted: %v", err)
	}
	gone, err := a.Vault("vault_07")
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"create":  create(t, gone),
		"abort":   gone.AbortUpload(t.Context(), "UPLOAD"),
		"delete":  gone.DeleteArchive(t.Context(), "ARCHIVE"),
		"uploads": firstError(gone.Uploads(t.Context())),
		"parts":   firstError(gone.Parts(t.Context(), "UPLOAD")),
	} {
		if !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s in a vault that is not there: %v", what, err)
		}
	}
}

// TestRingNotifications: the notifications of a vault pass through server and directory.
func TestRingNotifications(t *testing.T) {
	isolate(t)
	a := accountAt(t, newRing(t, newRingClock()).endpoint)
	want := administration.Notifications{
		Topic: "arn:aws:sns:us-east-1:012345678901:cold", Events: []string{administration.InventoryRetrievalCompleted, administration.ArchiveRetrievalCompleted},
	}
	for range 2 { // the second changes nothing
		if err := a.SetNotifications(t.Context(), "photos", want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := a.Notifications(t.Context(), "photos")
	if err != nil || got.Topic != want.Topic || !slices.Equal(slices.Sorted(slices.Values(got.Events)), slices.Sorted(slices.Values(want.Events))) {
		t.Errorf("got %+v, %v", got, err)
	}
	want.Events[0] = "Flood"
	if err := a.SetNotifications(t.Context(), "photos", want); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("an event that does not exist: %v", err)
	}
	if err := a.DeleteNotifications(t.Context(), "photos"); err != nil {
		t.Error(err)
	}
	if _, err := a.Notifications(t.Context(), "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("after they were deleted: %v", err)
	}
	if _, err := a.Notifications(t.Context(), "nowhere"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("of a vault that is not there: %v", err)
	}
}

// TestRingRefusesTheWrongSecret checks the error after a mistyped secret.
func TestRingRefusesTheWrongSecret(t *testing.T) {
	isolate(t)
	r := newRing(t, newRingClock())
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not the secret")
	if err := create(t, openAt(t, r.endpoint)); !errors.Is(err, vault.ErrDenied) {
		t.Errorf("a wrong secret gives %v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDNOBODY")
	if err := create(t, openAt(t, r.endpoint)); !errors.Is(err, vault.ErrDenied) {
		t.Errorf("an unknown key gives %v", err)
	}
}

func firstError[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}
