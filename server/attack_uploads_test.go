package server_test

import (
	"context"
	"iter"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"firn/internal/testclock"
	"firn/server"
	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// uploadsBound is how many unfinished uploads a key may have in an account.
const uploadsBound = 2000

// uploading is a server whose clock and whose vaults' clock are the test's.
type uploading struct {
	*service
	t      *testing.T
	clock  *testclock.Clock
	root   *dirvault.Root
	listed atomic.Int64 // how often the uploads of a vault were listed
}

func newUploading(t *testing.T) *uploading {
	t.Helper()
	u := &uploading{t: t, clock: testclock.At(time.Now())}
	var err error
	u.root, err = dirvault.OpenRoot(t.TempDir(), dirvault.Options{Now: u.clock.Now, UploadLifetime: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := u.root.Close(); err != nil {
			t.Error(err)
		}
	})
	u.restart()
	return u
}

// restart puts another server over the same vaults.
func (u *uploading) restart() {
	u.t.Helper()
	if u.service != nil {
		if err := u.stop(); err != nil {
			u.t.Fatal(err)
		}
	}
	u.service = startOver(u.t, listedStore{u.root, &u.listed}, manyKeys, func(o *server.Options) { o.Now = u.clock.Now })
	u.service.clock = u.clock.Now
}

// send sends a request without a connection.
func (u *uploading) send(q request) answer {
	u.t.Helper()
	r, err := wireOf(u.build(q), q.body).read()
	if err != nil {
		u.t.Fatal(err)
	}
	return serve(u.handler, r)
}

// begin begins an upload.
func (u *uploading) begin(vaultName, key string) answer {
	u.t.Helper()
	return u.send(request{
		method: "POST", path: "/" + account + "/vaults/" + vaultName + "/multipart-uploads",
		header: map[string]string{"X-Amz-Part-Size": "1048576"},
	}.by(key))
}

// beginAll begins so many uploads by turns in two vaults and returns the path of the last.
func (u *uploading) beginAll(n int) (last string) {
	u.t.Helper()
	for i := range n {
		a := u.begin([]string{"films", "photos"}[i%2], accessKey)
		if a.status != http.StatusCreated {
			u.t.Fatalf("upload %d is answered with %d %s", i+1, a.status, a.body)
		}
		last = a.header.Get("Location")
	}
	return last
}

func (u *uploading) wantRefused() {
	u.t.Helper()
	u.begin("films", accessKey).wantError(u.t, 400, "LimitExceededException", "The limit of 2000 unfinished uploads of one access key has been "+
		"reached. Complete or abort some of them, or wait until they expire.")
}

// A key that begins uploads and never ends them comes to a bound, in all vaults together
// and after a restart, too. Other keys do not, and the vaults are seldom asked for it.
func TestUploadsThatAreOnlyBegunAreBounded(t *testing.T) {
	u := newUploading(t)
	u.createVault("films")
	u.createVault("photos")
	last := u.beginAll(uploadsBound)
	u.wantRefused()
	listed := u.listed.Load()
	for range 100 {
		u.wantRefused()
	}
	if n := u.listed.Load() - listed; n > 0 {
		t.Errorf("100 refusals took %d lists of all uploads", n)
	}
	u.begin("films", nasKey).want(t, 201, "")

	u.restart()
	u.wantRefused()
	u.begin("films", nasKey).want(t, 201, "")

	u.send(request{method: "DELETE", path: last}).want(t, 204, "")
	u.begin("photos", accessKey).want(t, 201, "")
	u.wantRefused()

	u.clock.Advance(24 * time.Hour) // when all of them have expired
	u.beginAll(uploadsBound)
	u.wantRefused()

	u.send(request{method: "DELETE", path: "/-/vaults/photos"}).want(t, 204, "") // and its uploads with it
	u.clock.Advance(time.Minute)
	u.begin("films", accessKey).want(t, 201, "")
}

// Restarts forgive a key nothing, whenever they come.
func TestRestartsKeepTheCountOfUploads(t *testing.T) {
	u := newUploading(t)
	u.createVault("films")
	u.createVault("photos")
	const some = 190 // of which the last 90 are in no note before the server ends
	for range uploadsBound / some {
		u.beginAll(some)
		u.restart()
	}
	u.beginAll(uploadsBound % some)
	u.wantRefused()
}

// Who completes uploads, or aborts them, never comes to the bound.
func TestUploadsThatEndDoNotCount(t *testing.T) {
	u := newUploading(t)
	u.createVault("films")
	u.createVault("photos")
	u.beginAll(uploadsBound - 1)
	body := pattern(1000)
	for range 3 {
		path := u.begin("films", accessKey).header.Get("Location")
		u.send(partUpload(path, body)).want(t, 204, "")
		u.send(completion(path, len(body), treehash.Sum(body).String())).want(t, 201, "")
		path = u.begin("films", accessKey).header.Get("Location")
		u.send(request{method: "DELETE", path: path}).want(t, 204, "")
	}
	if n := u.listed.Load(); n > 6 { // an upload is looked for when a part of it comes
		t.Errorf("the uploads were listed %d times", n)
	}
}

// listedStore counts how often uploads are listed.
type listedStore struct {
	*dirvault.Root
	listed *atomic.Int64
}

func (s listedStore) Open(ctx context.Context, name string) (vault.Vault, error) {
	v, err := s.Root.Open(ctx, name)
	return listedVault{v, s.listed}, err
}

type listedVault struct {
	vault.Vault
	listed *atomic.Int64
}

func (v listedVault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	v.listed.Add(1)
	return v.Vault.Uploads(ctx)
}
