package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOrdeal runs a small ordeal with a newly built firn.
func TestOrdeal(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "firn")
	build := exec.Command("go", "build", "-o", binary, "firn/cmd/firn")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as users build it; most of it is compiled already
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var out strings.Builder
	if err := run(t.Context(), &out, binary, 50_000); err != nil {
		t.Fatalf("%v, after\n%s", err, &out)
	}
	t.Log(out.String())
}
