// Package backups has the commands about directories: what is backed up, found and restored.
package backups

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const snapshotLong = `List, show, compare and forget snapshots. A snapshot is the state of some
directories of a host at one time: each run of "firn backup" makes one.

The catalog has the snapshots. firn sends no request to a vault.`

const snapshotExample = `  firn snapshot list cold-home
  firn snapshot diff cold-home latest
  firn snapshot forget cold-home --keep-daily 14 --keep-monthly 12 --dry-run`

// NewSnapshot returns the command firn snapshot.
func NewSnapshot(p *cli.Program) *cobra.Command {
	cmd := cli.Group("snapshot", "List, show, compare and forget snapshots", snapshotLong,
		newSnapshotList(p), newSnapshotShow(p), newSnapshotDiff(p), newSnapshotForget(p))
	cmd.Aliases = []string{"snapshots"}
	cmd.Example = snapshotExample
	return cmd
}

// recordStatuses are the statuses of a command that reads the record of backups.
func recordStatuses() []cli.Status {
	return []cli.Status{
		cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted,
	}
}

// snapshotsHelp explains SNAPSHOT.
const snapshotsHelp = `SNAPSHOT is the id of a snapshot, the beginning of one (4 characters or more),
or latest: the newest snapshot.`
