//go:build race

package main

import (
	"path/filepath"
	"testing"
)

// scripts are those that run with the race detector: in which much happens at once. A start of firn takes four times as long with it, and all scripts
// start it more than a thousand times; they run without it, too.
func scripts(*testing.T) (files []string) {
	for _, name := range []string{
		"upload", "resume", "interrupt", "stdin", "meanwhile", "download", "download_faults", "download_many",
		"download_resume", "inventory", "purge", "serve", "serve_operator", "sqs", "s3",
	} {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	return files
}
