package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/treehash"
)

// version is set by the linker when a release is built.
var version = ""

const versionLong = `Prints the version of firn, the commit it was built from where that is known,
the version of Go, and the system and processor. With --json also the
instructions of the processor that hashes are computed with (sha-ni, avx512 or
sha2), besides what the standard library uses.`

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
		RunE: func(*cobra.Command, []string) error {
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
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}

// thisVersion takes the version from the linker, or else from the build information of Go.
func thisVersion() versionObject {
	v := versionObject{"version", version, "", runtime.Version(), runtime.GOOS, runtime.GOARCH, treehash.Kernels()}
	info, ok := debug.ReadBuildInfo()
	if ok && v.Version == "" {
		v.Version = info.Main.Version
	}
	if v.Version == "" {
		v.Version = "unknown"
	}
	for i := 0; ok && i < len(info.Settings); i++ {
		if info.Settings[i].Key == "vcs.revision" {
			v.Commit = info.Settings[i].Value
		}
	}
	return v
}
