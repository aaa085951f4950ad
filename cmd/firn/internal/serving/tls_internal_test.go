package serving

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"firn/cmd/firn/internal/cli"
)

// A renewed certificate is used without a restart, as soon as its key is there, too.
func TestRenewedCertificate(t *testing.T) {
	r := startRenewal(t)
	r.want("old", 0)
	r.pass(time.Hour)
	r.want("old", 0)
	cert, key := selfSigned(t, "new")
	r.write(r.files.cert, cert)
	r.pass(time.Hour)
	r.want("old", 1)
	r.pass(time.Hour)
	r.want("old", 1) // told once
	r.write(r.files.key, key)
	r.want("old", 1) // it looked a moment ago
	r.pass(certificateEvery)
	r.want("new", 1)
	if err := os.Remove(r.files.key); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Hour)
	r.want("new", 2)
	if _, err := r.files.config(time.Now, nil); err == nil {
		t.Error("a server begins without a key")
	}
}

// A renewed key that others can read is not used until its mode is corrected. Its group may read
// it.
func TestRenewedKeyOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" { // which has no such modes
		return
	}
	r := startRenewal(t)
	cert, key := selfSigned(t, "new")
	r.write(r.files.cert, cert)
	r.write(r.files.key, key)
	r.mode(0o644)
	r.pass(time.Hour)
	r.want("old", 1)
	if !strings.Contains(r.log.String(), "may be read by others (its mode is 0644)") {
		t.Errorf("the log does not tell: %s", r.log.String())
	}
	r.mode(0o640)
	r.pass(time.Hour)
	r.want("new", 1)
	r.mode(0o604)
	if _, err := r.files.config(time.Now, nil); !errors.Is(err, cli.ErrRefused) {
		t.Errorf("a server begins with a key that others can read: %v", err)
	}
}

// renewal is a server's certificate, called "old", about to be renewed.
type renewal struct {
	t      *testing.T
	files  tlsFiles
	now    time.Time
	log    bytes.Buffer
	config *tls.Config
}

func startRenewal(t *testing.T) *renewal {
	t.Helper()
	dir := t.TempDir()
	r := &renewal{
		t: t, files: tlsFiles{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")},
		now: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC),
	}
	cert, key := selfSigned(t, "old")
	r.write(r.files.cert, cert)
	r.write(r.files.key, key)
	var err error
	r.config, err = r.files.config(func() time.Time { return r.now }, slog.New(slog.NewTextHandler(&r.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *renewal) pass(d time.Duration) { r.now = r.now.Add(d) }

func (r *renewal) write(path string, text []byte) {
	r.t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Chtimes(path, r.now, r.now); err != nil {
		r.t.Fatal(err)
	}
}

// mode changes the mode of the key and leaves its time.
func (r *renewal) mode(mode os.FileMode) {
	r.t.Helper()
	if err := os.Chmod(r.files.key, mode); err != nil {
		r.t.Fatal(err)
	}
}

// want checks which certificate is used, and how many errors were logged so far.
func (r *renewal) want(name string, complaints int) {
	r.t.Helper()
	pair, err := r.config.GetCertificate(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if got := pair.Leaf.Subject.CommonName; got != name || strings.Count(r.log.String(), "level=ERROR") != complaints {
		r.t.Errorf("the certificate is the %s one, want the %s one; log: %s", got, name, r.log.String())
	}
}

// selfSigned creates a certificate with this name, and its key, in PEM.
func selfSigned(t *testing.T, name string) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bare})
}
