package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A certificate that is renewed is used without a restart; until its key has come
// too, the old one is.
func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	files := tlsFiles{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	write := func(path string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	cert, key := selfSigned(t, "old")
	write(files.cert, cert)
	write(files.key, key)
	config, err := files.config(func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	want := func(name string, complaints int) {
		t.Helper()
		pair, err := config.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := pair.Leaf.Subject.CommonName; got != name || strings.Count(log.String(), "level=ERROR") != complaints {
			t.Errorf("the certificate is the %s one, want the %s one; log: %s", got, name, log.String())
		}
	}
	want("old", 0)
	now = now.Add(time.Hour)
	want("old", 0)
	cert, key = selfSigned(t, "new")
	write(files.cert, cert)
	now = now.Add(time.Hour)
	want("old", 1)
	now = now.Add(time.Hour)
	want("old", 1) // told once
	write(files.key, key)
	want("old", 1) // it looked a moment ago
	now = now.Add(certificateEvery)
	want("new", 1)
	if err := os.Remove(files.key); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	want("new", 2)
	if _, err := (tlsFiles{cert: files.cert, key: files.key}).config(time.Now, nil); err == nil {
		t.Error("a server begins without a key")
	}
}

// selfSigned makes a certificate of this name, and its key, in PEM.
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
