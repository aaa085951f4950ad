package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// A command reads the configuration once: what it says cannot change under it.
func TestConfigIsReadOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("[vault.photos]\nurl = \"s3://cold-photos\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Program{Root: &cobra.Command{Use: "firn"}, ConfigPath: path}
	if got := p.VaultNames(); !slices.Equal(got, []string{"photos"}) {
		t.Fatalf("the names are %q", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := p.FullName("photos"); got != "s3://cold-photos" {
		t.Errorf("the name means %q after the file was removed", got)
	}
	p.ConfigPath = filepath.Join(t.TempDir(), "other.toml") // as a completion does with --config
	if got := p.VaultNames(); len(got) > 0 {
		t.Errorf("another file has the names %q", got)
	}
}
