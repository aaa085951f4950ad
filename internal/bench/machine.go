package main

import (
	"bufio"
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"firn/internal/bench/internal/lab"
)

// machineTable describes the machine, the programs and the time of the run. Values that the
// system does not report are empty.
func (b *bench) machineTable(ctx context.Context) *table {
	t := &table{title: "The run of " + time.Now().UTC().Format("2006-01-02 15:04 UTC"), columns: []string{"what", "value"}}
	memory, _, _ := strings.Cut(fact("/proc/meminfo", "MemTotal"), " ")
	kib, _ := strconv.ParseInt(memory, 10, 64) // 0 if not reported
	busy, _ := os.ReadFile("/proc/loadavg")
	flags := " " + fact("/proc/cpuinfo", "flags") + " "
	var instructions []string
	for _, name := range []string{"sha_ni", "avx2", "avx512f"} {
		if strings.Contains(flags, " "+name+" ") {
			instructions = append(instructions, name)
		}
	}
	t.add("processor", fact("/proc/cpuinfo", "model name"))
	t.add("instructions", strings.Join(instructions, ", "))
	t.add("cores", strconv.Itoa(runtime.NumCPU()))
	t.add("memory", fmt.Sprintf("%.1f GiB", float64(kib)/(1<<20)))
	t.add("system", said(ctx, "uname", "-srm"))
	t.add("load before the run", strings.Join(strings.Fields(string(busy))[:min(3, len(strings.Fields(string(busy))))], " "))
	t.add("file", fmt.Sprintf("%d MiB of random bytes, in the page cache", b.size>>20))
	t.add("rounds", fmt.Sprintf("%d, of which n take part; figures are medians", b.rounds))
	t.add("firn", said(ctx, b.tool("firn"), "version"))
	t.add("s5cmd, versitygw", moduleVersion(b.tool("s5cmd"), "github.com/peak/s5cmd/v2")+", "+
		moduleVersion(b.tool("versitygw"), "github.com/versity/versitygw"))
	t.add("rclone", said(ctx, "/usr/bin/rclone", "version"))
	t.add("aws", said(ctx, "/usr/bin/aws", "--version"))
	t.add("boto, boto3", said(ctx, b.python, "-c", "import boto, boto3; print(boto.Version + ', ' + boto3.__version__)"))
	return t
}

// fact returns the first value of a name in a file of "name : value" lines.
func fact(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// said returns the first line that a program prints.
func said(ctx context.Context, name string, args ...string) string {
	text, err := lab.Output(exec.CommandContext(ctx, name, args...))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// moduleVersion returns the version of a module in a program.
func moduleVersion(program, module string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module {
			return m.Version
		}
	}
	return ""
}
