package main

import (
	"crypto/tls"
	"fmt"
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
func (f tlsFiles) config(now func() time.Time) (*tls.Config, error) {
	if f.cert == "" {
		return nil, nil
	}
	c := &certificate{files: f, now: now}
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

	mu      sync.Mutex
	pair    *tls.Certificate
	written [2]time.Time // modification times of what was read
	looked  time.Time
}

// certificateEvery is how long files that were looked at are not looked at again.
const certificateEvery = 10 * time.Second

// current returns the pair to use. While new files do not fit, perhaps because only
// one was written yet, it is the old one.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && c.now().Sub(c.looked) < certificateEvery {
		return c.pair, nil
	}
	c.looked = c.now()
	written, err := c.files.written()
	if err == nil && c.pair != nil && written == c.written {
		return c.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.files.cert, c.files.key)
	}
	if err != nil {
		if c.pair != nil {
			return c.pair, nil
		}
		return nil, fmt.Errorf("the certificate %q with the key %q: %w", c.files.cert, c.files.key, err)
	}
	c.pair, c.written = &pair, written
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
