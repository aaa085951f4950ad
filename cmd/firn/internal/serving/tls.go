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

// tlsFiles are the paths of a server's certificates and of their private key. Both are empty
// without TLS.
type tlsFiles struct{ cert, key string }

func (f tlsFiles) scheme() string {
	if f.cert == "" {
		return "http"
	}
	return "https"
}

// config returns the configuration of TLS, or nil without TLS. It checks that the files are
// valid now.
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

// certificate is the key pair in the files. It reads changed files again, so that a certificate
// can be renewed without a restart.
type certificate struct {
	files tlsFiles
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	tried  [2]fileState // of the files that were tried last
	looked time.Time
}

// certificateEvery is the least time between two checks of the files.
const certificateEvery = 10 * time.Second

// current returns the key pair to use. If the new files are invalid, perhaps because only one is
// written yet, it logs that and returns the old pair.
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

// keyLimit is the maximum size of the private key's file in bytes. The file may also contain the
// certificates.
const keyLimit = 1 << 20

// read reads the key pair. It refuses a key that others than its owner and its group can read.
// The group is permitted because tools that renew certificates share keys in this way.
func (f tlsFiles) read() (tls.Certificate, error) {
	cert, err := os.ReadFile(f.cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readGuarded(f.key, keyLimit, guard{unwanted: 0o007, hint: "to keep others out: " + term.ShellCommand("chmod", "o-rwx", f.key)})
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

// fileState shows whether a file has changed. It includes the mode, so that a key that was
// refused for its mode is read again as soon as the mode is corrected.
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
