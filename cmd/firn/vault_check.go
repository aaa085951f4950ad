package main

import (
	"github.com/spf13/cobra"
)

const vaultCheckLong = `With --scrub all archives of a vault in a directory, or of each vault that is in
DIR, are read again, and each MiB is compared with the hash that it had when it was
stored. What is damaged is reported to the byte; no archive is changed. If damage
was found the exit status is 5.

Hashes that are lost are made anew, for archives that are whole. When it is
interrupted, the same command goes on where it was. It needs the vaults to itself:
firn serve, which does the same by itself (--scrub-rate), must not run on them.

The numbers of MiB count from 0: number 2 begins at byte 2 x 1048576. Every other
range of a damaged archive can still be downloaded (--range).`

const vaultCheckExample = `  firn vault check --scrub /srv/cold
  firn vault check --scrub ./cold/films --rate 50MiB/s --json`

func (p *program) newVaultCheck() *cobra.Command {
	scrub := false
	var rate rateFlag
	cmd := &cobra.Command{
		Use:     "check --scrub DIR",
		Short:   "Prove that archives in a directory are what was stored",
		Long:    vaultCheckLong,
		Example: vaultCheckExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !scrub {
				return withHint(usageError("say what to check of %q", args[0]), "to read all of its archives: "+p.typedWith("--scrub"))
			}
			return p.explainWait(p.scrub(cmd.Context(), args[0], rate))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&scrub, "scrub", false, "read all archives and compare each MiB with its hash")
	f.Var(&rate, "rate", "with --scrub: read no faster than this")
	return exits(cmd, statusDone, statusError, statusUsage, statusIncomplete, statusChecksum, statusLocked, statusInterrupted)
}
