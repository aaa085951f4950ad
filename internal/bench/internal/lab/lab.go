// Package lab sets up the benchmark and the torture test: large files, servers as child
// processes, and firn itself with a home directory of its own.
package lab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// Firn is the binary under test, isolated from the machine's own settings.
type Firn struct {
	Binary string // path of the executable
	Home   string // directory for its catalog, configuration and keys
}

// Command prepares a run of firn. Its output is discarded unless the caller sets a
// destination.
func (f Firn) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, f.Binary, args...)
	cmd.Env = f.environment()
	return cmd
}

func (f Firn) environment() []string {
	return append(Credentials(),
		"PATH="+os.Getenv("PATH"),
		"HOME="+f.Home,
		"XDG_CONFIG_HOME="+f.Home,
		"XDG_DATA_HOME="+f.Home,
		"FIRN_CATALOG="+filepath.Join(f.Home, "catalog.db"),
		"AWS_CONFIG_FILE="+filepath.Join(f.Home, "none"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(f.Home, "none"),
	)
}

// Credentials returns the key pair of our servers and clients as environment variables.
func Credentials() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=BENCHKEY000000000000",
		"AWS_SECRET_ACCESS_KEY=bench-secret-of-this-run-0000000000000000",
	}
}

// VaultURL returns the URL of a vault at a local server.
func VaultURL(endpoint, vault string) string {
	return "glacier://" + vault + "?endpoint=" + endpoint + "&region=us-east-1"
}
