package vaulturl_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/vaulturl"
)

func TestDirectoryFromCreationToDeletion(t *testing.T) {
	ctx := t.Context()
	parent := filepath.Join(t.TempDir(), "cold vaults")
	t.Chdir(filepath.Dir(parent))
	canonical := "file://" + filepath.ToSlash(filepath.Dir(parent)) + "/cold%20vaults/photos"

	if _, err := vaulturl.Open(ctx, "./cold vaults/photos", vaulturl.Options{}); err == nil {
		t.Fatal("a vault that is not there was opened")
	}
	place := openPlace(t, vaulturl.OpenPlace, "./cold vaults/photos")
	if place.Name != "photos" || place.URL(place.Name) != canonical {
		t.Errorf("the place of %q at %q", place.Name, place.URL(place.Name))
	}
	for range 2 { // the second changes nothing
		if err := place.CreateVault(ctx, place.Name); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := place.DescribeVault(ctx, "photos"); err != nil || info.Name != "photos" {
		t.Errorf("described as %+v, %v", info, err)
	}
	if _, err := place.DescribeVault(ctx, "others"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("a vault that is not there: %v", err)
	}

	for _, spelling := range []string{"./cold vaults/photos", filepath.Join(parent, "photos"), canonical, "./cold vaults/../cold vaults/photos/"} {
		v, err := vaulturl.Open(ctx, spelling, vaulturl.Options{})
		if err != nil {
			t.Fatalf("%q: %v", spelling, err)
		}
		if v.URL() != canonical {
			t.Errorf("%q opens %q, want %q", spelling, v.URL(), canonical)
		}
		if err := place.CreateVault(ctx, "photos"); err != nil {
			t.Errorf("create while somebody works in it: %v", err)
		}
		if _, err := vaulturl.Open(ctx, canonical, vaulturl.Options{}); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("opened twice: %v", err)
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := names(t, openPlace(t, vaulturl.OpenRoot, "./cold vaults")); !slices.Equal(got, []string{"photos"}) {
		t.Errorf("listed %q", got)
	}
	if err := place.DeleteVault(ctx, "photos"); err != nil {
		t.Error(err)
	}
	if got := names(t, openPlace(t, vaulturl.OpenRoot, parent)); len(got) != 0 {
		t.Errorf("listed %q after the vault was deleted", got)
	}
}

// TestDirectoryOfSeveralMinds: a vault in use and a damaged vault hide no other vault and
// prevent no operation.
func TestDirectoryOfSeveralMinds(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil { // as /tmp is
		t.Fatal(err)
	}
	place := openPlace(t, vaulturl.OpenPlace, filepath.Join(dir, "empty"))
	var told []error
	place.OnDamage = func(err error) { told = append(told, err) }
	for _, name := range []string{"busy", "damaged", "empty"} {
		if err := place.CreateVault(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "damaged", "vault.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	busy, err := vaulturl.Open(ctx, filepath.Join(dir, "busy"), vaulturl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, place); !slices.Equal(got, []string{"busy", "empty"}) {
		t.Errorf("listed %q", got)
	}
	if len(told) != 1 || !strings.Contains(told[0].Error(), `"damaged"`) {
		t.Errorf("told of %q", told)
	}
	if info, err := place.DescribeVault(ctx, "busy"); err != nil || info.Name != "busy" {
		t.Errorf("described as %+v, %v", info, err)
	}
	if err := place.DeleteVault(ctx, "busy"); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("delete a vault in use: %v", err)
	}
	if err := place.DeleteVault(ctx, "empty"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := busy.Close(); err != nil {
		t.Error(err)
	}
}

// TestDamagedUploadInADirectory: the list of uploads leaves it out and reports it.
func TestDamagedUploadInADirectory(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "cold")
	if err := openPlace(t, vaulturl.OpenPlace, dir).CreateVault(ctx, "cold"); err != nil {
		t.Fatal(err)
	}
	var told []error
	v, err := vaulturl.Open(ctx, dir, vaulturl.Options{OnDamage: func(err error) { told = append(told, err) }})
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "uploads", strings.Repeat("u", 92))
	if err := os.Mkdir(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data", "upload.json"} {
		if err := os.WriteFile(filepath.Join(damaged, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for u, err := range v.Uploads(ctx) {
		t.Errorf("listed %+v, %v", u, err)
	}
	if len(told) != 1 || !strings.Contains(told[0].Error(), "damaged") {
		t.Errorf("told of %q", told)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

func TestDirectoryThatIsNoPlaceForVaults(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	root := openPlace(t, vaulturl.OpenRoot, missing)
	for _, err := range root.Vaults(ctx, "") {
		if !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("list: %v", err)
		}
	}
	if err := root.DeleteVault(ctx, "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("delete: %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("looking at a directory created it")
	}

	if err := os.WriteFile(filepath.Join(dir, "letter"), []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	place := openPlace(t, vaulturl.OpenPlace, dir)
	if err := place.CreateVault(ctx, place.Name); !errors.Is(err, vault.ErrExists) {
		t.Errorf("a directory of letters becomes a vault: %v", err)
	}
	if _, err := vaulturl.OpenPlace(ctx, "/"); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("the root of the file system: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := place.CreateVault(cancelled, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNamesStayInTheirDirectory(t *testing.T) {
	dir := t.TempDir()
	place := openPlace(t, vaulturl.OpenRoot, filepath.Join(dir, "place"))
	for _, name := range []string{"", ".", "..", "../outside", "a/b", `a\b`, "a\x00b"} {
		if err := place.CreateVault(t.Context(), name); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("create %q: %v", name, err)
		}
		if err := place.DeleteVault(t.Context(), name); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("delete %q: %v", name, err)
		}
		if _, err := place.DescribeVault(t.Context(), name); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("describe %q: %v", name, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestGlacier(t *testing.T) {
	awsEnvironment(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "PUT /123456789012/vaults/photos":
			w.WriteHeader(http.StatusCreated)
		case "GET /-/vaults":
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"Marker":null,"VaultList":[{"CreationDate":"2013-03-20T17:03:43.221Z","VaultARN":"arn","VaultName":"photos"}]}`)
		case "PUT /-/vaults/photos/multipart-uploads/UPLOAD":
			w.Header().Set("X-Amz-Sha256-Tree-Hash", r.Header.Get("X-Amz-Sha256-Tree-Hash"))
			w.WriteHeader(http.StatusNoContent)
		default:
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}))
	t.Cleanup(s.Close)

	v, err := vaulturl.Open(t.Context(), "glacier://photos?endpoint="+s.URL+"&account=-", vaulturl.Options{Connections: 16})
	if err != nil {
		t.Fatal(err)
	}
	if want := "glacier://photos?region=us-east-1&endpoint=" + s.URL; v.URL() != want {
		t.Errorf("canonical URL %q, want %q", v.URL(), want)
	}
	again, err := vaulturl.Open(t.Context(), v.URL(), vaulturl.Options{})
	if err != nil || again.URL() != v.URL() {
		t.Errorf("%q opens as %+v, %v", v.URL(), again, err)
	}
	content := []byte("some bytes")
	part := vault.Part{Size: 10, TreeHash: treehash.Sum(content), SHA256: sha256.Sum256(content)}
	if _, err := v.UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content)); err != nil {
		t.Error(err)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}

	place := openPlace(t, vaulturl.OpenPlace, "glacier://photos?account=123456789012&endpoint="+s.URL)
	if err := place.CreateVault(t.Context(), place.Name); err != nil {
		t.Error(err)
	}
	if want := "glacier://x?region=us-east-1&account=123456789012&endpoint=" + s.URL; place.URL("x") != want {
		t.Errorf("%q, want %q", place.URL("x"), want)
	}
	if got := names(t, openPlace(t, vaulturl.OpenRoot, "glacier://?endpoint="+s.URL)); !slices.Equal(got, []string{"photos"}) {
		t.Errorf("listed %q", got)
	}
}

func TestGlacierDefaults(t *testing.T) {
	awsEnvironment(t)
	v, err := vaulturl.Open(t.Context(), "image-backups", vaulturl.Options{})
	if err != nil || v.URL() != "glacier://image-backups?region=us-east-1" {
		t.Errorf("a bare name opens as %+v, %v", v, err)
	}
	for raw, why := range map[string]string{
		"bad name":               "letters, digits",
		"name:with:colons":       "letters, digits",
		"glacier://":             "letters, digits",
		"glacier://a?account=me": "12 digits",
		"glacier://a?endpoint=http://example.com": "plain HTTP",
		"glacier://a?endpoint=https://u:canary@h": "no user name",
	} {
		_, err := vaulturl.Open(t.Context(), raw, vaulturl.Options{})
		if !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if _, err := vaulturl.OpenPlace(t.Context(), "glacier://?region=us-east-1"); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("a place without a vault: %v", err)
	}
}

// awsEnvironment hides the machine's own AWS configuration.
func awsEnvironment(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_GLACIER": "",
		"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func openPlace(t *testing.T, open func(context.Context, string) (*vaulturl.Place, error), raw string) *vaulturl.Place {
	t.Helper()
	place, err := open(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := place.Close(); err != nil {
			t.Error(err)
		}
	})
	return place
}

func names(t *testing.T, place *vaulturl.Place) []string {
	t.Helper()
	var names []string
	for info, err := range place.Vaults(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, info.Name)
	}
	return names
}
