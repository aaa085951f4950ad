//go:build race && !torture

package main

import (
	"path/filepath"
	"testing"
)

// scripts are the scripts that run with the race detector: those of commands that run with
// much concurrency and that the race detector sees nowhere else. The detector makes a start of
// firn four times as slow, and all scripts start it more than a thousand times. Without the
// detector all scripts run, and `make torture` runs all with it.
func scripts(*testing.T) (files []string) {
	for _, name := range []string{
		"upload", "resume", "interrupt", "stdin", "meanwhile", "download_faults", "download_many", "serve", "sqs",
	} {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	return files
}
