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

// processesIn returns the processes whose working directory is dir or below it, by
// process id.
func processesIn(dir string) map[int]process {
	found := make(map[int]process)
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is a good one
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err != nil || cwd != dir && !strings.HasPrefix(cwd, dir+"/") {
			continue // of another user, of another script, or over
		}
		home := filepath.Dir(link)
		line, err := os.ReadFile(filepath.Join(home, "cmdline"))
		stat, over := os.ReadFile(filepath.Join(home, "stat"))
		pid, _ := strconv.Atoi(filepath.Base(home)) // the pattern lets nothing else through
		if err == nil && over == nil {
			found[pid] = process{string(bytes.ReplaceAll(bytes.TrimRight(line, "\x00"), []byte{0}, []byte{' '})), usedBy(stat)}
		}
	}
	return found
}

// usedBy returns the processor time of a process, from two of the fields after its name in
// /proc/PID/stat. It counts whole seconds, because a waiting process wakes up now and then.
func usedBy(stat []byte) string {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return ""
	}
	var ticks int
	for _, field := range fields[11:13] { // in user mode, and in the kernel
		n, _ := strconv.Atoi(string(field)) // it is a number
		ticks += n
	}
	const ticksPerSecond = 100 // on every Linux that Go runs on
	return strconv.Itoa(ticks / ticksPerSecond)
}

// endProcesses ends the processes of a script with SIGQUIT, at which programs in Go print their
// stacks. It kills those that do not end, and those that begin meanwhile.
func endProcesses(dir string, over <-chan struct{}) {
	signal := syscall.SIGQUIT
	for {
		for pid := range processesIn(dir) {
			_ = syscall.Kill(pid, signal) // it may have ended by itself
		}
		select {
		case <-over:
			return
		case <-time.After(10 * time.Second):
			signal = syscall.SIGKILL
		}
	}
}
