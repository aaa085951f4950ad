package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/treehash"
)

// The linker sets these: see scripts/version.sh.
var (
	version = ""
	commit  = "" // with "-dirty" if the tree had other changes
)

const versionLong = `Print the version of firn, its commit if known, the version of Go, the operating
system and the architecture.

With --json also print the processor instructions that firn computes hashes with
(sha-ni, avx512 or sha2) in addition to those of the Go standard library.`

// versionObject is the version on standard output.
type versionObject struct {
	MessageType string   `json:"message_type"`
	Version     string   `json:"version"`
	Commit      string   `json:"commit"`
	Go          string   `json:"go"`
	OS          string   `json:"os"`
	Arch        string   `json:"arch"`
	Kernels     []string `json:"kernels"` // see treehash.Kernels
}

func newVersion(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    versionLong,
		Example: "  firn version --json",
		Args:    cli.Takes(0, 0),
		RunE:    func(*cobra.Command, []string) error { return printVersion(p) },
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}

func printVersion(p *cli.Program) error {
	v := thisVersion()
	if p.JSON {
		return p.Out.Object(v)
	}
	commit := ""
	if v.Commit != "" {
		commit = " (commit " + v.Commit + ")"
	}
	p.Out.Line("firn %s%s, %s, %s/%s", v.Version, commit, v.Go, v.OS, v.Arch)
	return nil
}

// thisVersion takes version and commit from the linker, or else from the build information of
// Go.
func thisVersion() versionObject {
	v := versionObject{"version", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, treehash.Kernels()}
	info, ok := debug.ReadBuildInfo()
	if ok && v.Version == "" {
		v.Version = info.Main.Version
	}
	if v.Version == "" {
		v.Version = "unknown"
	}
	for i := 0; ok && i < len(info.Settings); i++ {
		if commit == "" && info.Settings[i].Key == "vcs.revision" {
			v.Commit = info.Settings[i].Value
		}
	}
	return v
}
