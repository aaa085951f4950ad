package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// tlsFiles are the files of a server's certificates and of their private key;
// both are empty without TLS.
type tlsFiles struct{ cert, key string }

func (f tlsFiles) scheme() string {
	if f.cert == "" {
		return "http"
	}
	return "https"
}

// config returns how TLS is spoken, or nil if it is not. The files are good now.
func (f tlsFiles) config(now func() time.Time, log *slog.Logger) (*tls.Config, error) {
	if f.cert == "" {
		return nil, nil
	}
	c := &certificate{files: f, now: now, log: log}
	if _, err := c.current(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.current}, nil
}

// certificate is the pair in the files, read again when they have changed, so that
// a certificate is renewed without a restart.
type certificate struct {
	files tlsFiles
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	written [2]time.Time // modification times of what was tried last
	looked  time.Time
}

// certificateEvery is how long files that were looked at are not looked at again.
const certificateEvery = 10 * time.Second

// current returns the pair to use. If new files are of no use, perhaps because only
// one was written yet, it is the old one, and the log tells.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && c.now().Sub(c.looked) < certificateEvery {
		return c.pair, nil
	}
	c.looked = c.now()
	written, err := c.files.written()
	if err == nil && written == c.written {
		return c.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		c.written = written
		pair, err = tls.LoadX509KeyPair(c.files.cert, c.files.key)
	}
	if err == nil {
		c.pair = &pair
		return c.pair, nil
	}
	err = fmt.Errorf("the certificate %q with the key %q: %w", c.files.cert, c.files.key, err)
	if c.pair == nil {
		return nil, err
	}
	c.log.Error("certificate", "error", err)
	return c.pair, nil
}

func (f tlsFiles) written() (times [2]time.Time, err error) {
	for i, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return times, err
		}
		times[i] = info.ModTime()
	}
	return times, nil
}
