// Package restore brings files back from the packs of backups.
//
//	plan, err := restore.NewPlan(ctx, d, c.Backups(), restore.Selection{Patterns: []string{"home/ann/thesis"}}, restore.Options{
//		Dir: "back", WorkDir: "back.work",
//	})
//	...
//	report, err := plan.Run(ctx)
//
// Here d is a depot.Depot and c a *catalog.Catalog. NewPlan reads the record alone: it chooses
// the snapshots and the files, compares them with what is in Dir already, and computes the
// least set of ranges of packs that the vault must make readable. The fields of a Plan say what
// that takes, so that a caller can show the price. Run retrieves and downloads the ranges,
// decrypts and decodes them, and writes the files; Plan.Stream writes a single file to a stream.
//
// A file gets its name after the SHA-256 of its content was compared with the record. Until
// then it has a temporary name in its directory. Names come from outside: nothing is written
// outside of Dir, whatever they say, and nothing existing is replaced without Options.Force.
// Links are made after all files, and directories get their modes and times last.
//
// After an interruption or a kill, the same NewPlan and Run continue: files that are complete
// stay, downloaded ranges in WorkDir are used, and jobs that were started are found again.
package restore
