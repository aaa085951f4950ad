//go:build linux

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const seesProcesses = true

// processesIn returns the command lines of the processes whose working directory is
// dir or below it, by process id.
func processesIn(dir string) map[int]string {
	found := make(map[int]string)
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is a good one
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err != nil || cwd != dir && !strings.HasPrefix(cwd, dir+"/") {
			continue // of another user, of another script, or over
		}
		home := filepath.Dir(link)
		line, err := os.ReadFile(filepath.Join(home, "cmdline"))
		pid, _ := strconv.Atoi(filepath.Base(home)) // the pattern lets nothing else through
		if err == nil {
			found[pid] = string(bytes.ReplaceAll(bytes.TrimRight(line, "\x00"), []byte{0}, []byte{' '}))
		}
	}
	return found
}

// endProcesses makes processes say where they are, as those written in Go do at
// SIGQUIT, and end; those that do not end are killed.
func endProcesses(running map[int]string, over <-chan struct{}) {
	for pid := range running {
		_ = syscall.Kill(pid, syscall.SIGQUIT) // it may have ended by itself
	}
	select {
	case <-over:
	case <-time.After(10 * time.Second):
		for pid := range running {
			_ = syscall.Kill(pid, syscall.SIGKILL) // likewise
		}
	}
}
