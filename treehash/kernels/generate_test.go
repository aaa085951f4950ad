package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are those that the generator writes.
func TestCommittedFilesAreGenerated(t *testing.T) {
	contents, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range contents {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("treehash/%s is not what is generated (%v); type: go generate ./treehash", name, err)
		}
	}
}

// byHand is the only file that cannot be generated: avo supports only amd64.
const byHand = "dual_arm64.s"

// All other assembly files of the package are generated.
func TestNoAssemblyIsWrittenByHand(t *testing.T) {
	contents, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../*.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly is there: %v", err)
	}
	for _, file := range files {
		if _, ok := contents[filepath.Base(file)]; !ok && filepath.Base(file) != byHand {
			t.Errorf("%s is not generated", file)
		}
	}
}
