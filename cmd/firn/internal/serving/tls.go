package serving

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"firn/cmd/firn/internal/term"
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

	mu     sync.Mutex
	pair   *tls.Certificate
	tried  [2]fileState // of what was tried last
	looked time.Time
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
	state, err := c.files.state()
	if err == nil && state == c.tried {
		return c.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		c.tried = state
		pair, err = c.files.read()
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

// keyLimit is the size of the largest file of a private key, in bytes. It may hold
// the certificates, too.
const keyLimit = 1 << 20

// read reads the pair. The group of the key's file may read it, since tools that
// renew certificates hand out keys so, but nobody else.
func (f tlsFiles) read() (tls.Certificate, error) {
	cert, err := os.ReadFile(f.cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readGuarded(f.key, keyLimit, guard{unwanted: 0o007, hint: "keep others out: " + term.ShellCommand("chmod", "o-rwx", f.key)})
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

// fileState is by what a file is known to have changed. The mode counts: a key that
// was refused for it is good as soon as it is mended.
type fileState struct {
	written time.Time
	mode    fs.FileMode
}

func (f tlsFiles) state() (states [2]fileState, err error) {
	for i, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return states, err
		}
		states[i] = fileState{info.ModTime(), info.Mode()}
	}
	return states, nil
}
