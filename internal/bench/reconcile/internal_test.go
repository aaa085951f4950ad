package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOrdeal runs a small ordeal with a newly built firn.
func TestOrdeal(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "firn")
	if said, err := exec.Command("go", "build", "-o", binary, "firn/cmd/firn").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var out strings.Builder
	if err := run(t.Context(), &out, binary, 50_000); err != nil {
		t.Fatalf("%v, after\n%s", err, &out)
	}
	t.Log(out.String())
}
