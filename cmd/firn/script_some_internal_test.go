//go:build race

package main

import (
	"path/filepath"
	"testing"
)

// scripts are the scripts that run with the race detector: those with much concurrency. The
// detector makes a start of firn four times as slow, and all scripts start it more than a
// thousand times. Without the detector all scripts run.
func scripts(*testing.T) (files []string) {
	for _, name := range []string{
		"upload", "resume", "interrupt", "stdin", "meanwhile", "download", "download_faults", "download_many",
		"download_resume", "inventory", "purge", "serve", "serve_operator", "sqs", "s3",
	} {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	return files
}
