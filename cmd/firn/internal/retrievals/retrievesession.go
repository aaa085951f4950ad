package retrievals

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// retrieveSession has the values that the archives of one firn retrieve share.
type retrieveSession struct {
	program  *cli.Program
	options  retrieveOptions
	vaultArg string   // as typed
	refs     []string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog

	spending *spending
	rate     float64 // bytes per second; 0 if unknown

	latest time.Time           // when the last job is expected to end
	bytes  int64               // that the jobs make readable
	left   []record.Archive    // archives without a job
	seen   map[cli.Status]bool // statuses that were reported
}

// run starts or finds the jobs of the archives and prints them.
func (s *retrieveSession) run(ctx context.Context, archives []record.Archive) error {
	s.seen = make(map[cli.Status]bool)
	s.program.SetResume("")
	s.spending.isMany = len(archives) > 1
	o, err := s.retrieveOptions(archives)
	if err != nil {
		return err
	}
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	d.Approve = s.spending.approve
	for r, err := range jobs.RetrieveAll(ctx, d, archives, o) {
		ended := err != nil && len(archives) > 1 && cli.EndsAll(ctx, s.vault, err)
		switch {
		case errors.Is(err, jobs.ErrNotStarted):
			s.left = append(s.left, r.Archive)
			continue
		case err == nil:
			if err = s.tell(r); err == nil {
				s.seen[cli.StatusDone] = true
			}
		case len(archives) == 1:
			return cli.OfArchive(s.explain(err, r.Archive), r.Archive.ID)
		case ended:
			err = s.explain(err, record.Archive{})
		default:
			err = cli.OfArchive(fmt.Errorf("%q: %w", download.FileName(r.Archive), s.explain(err, r.Archive)), r.Archive.ID)
		}
		if err != nil {
			s.seen[s.program.Report(err)] = true
		}
		if ended {
			break
		}
	}
	return s.end()
}

func (s *retrieveSession) retrieveOptions(archives []record.Archive) (jobs.Options, error) {
	o := jobs.Options{
		Tier: vault.Tier(s.options.tier), Description: s.options.description, Topic: string(s.options.topic),
		Budget: s.budget(), NoWait: s.options.noWait,
	}
	if !s.options.rng.given {
		return o, nil
	}
	if len(archives) > 1 {
		return o, cli.UsageError("--range applies to one archive, and there are %d", len(archives))
	}
	for _, a := range archives {
		var err error
		if o.Range, err = s.options.rng.of(a.Size); err != nil {
			return o, err
		}
	}
	return o, nil
}

// budget returns how many bytes to make readable now; 0 is no limit.
func (s *retrieveSession) budget() int64 {
	if s.options.all {
		return 0
	}
	return jobs.Window(s.rate, s.vault.Limits())
}

// retrievedObject is the job for an archive on standard output.
type retrievedObject struct {
	jobObject

	Found bool `json:"found"` // the job existed before
}

// tell prints a job.
func (s *retrieveSession) tell(r jobs.Retrieved) error {
	size := r.Job.Range.Size
	if r.Job.Range.IsZero() {
		size = max(0, r.Archive.Size)
	}
	s.bytes += size
	if done := r.Job.Started.Add(jobs.TypicalTime(s.vault.Limits(), r.Job.Tier)); r.Job.Status != vault.Succeeded && done.After(s.latest) {
		s.latest = done
	}
	name := download.FileName(r.Archive)
	if r.Found {
		s.spending.tellUnusedTier(name, r.Job, s.options.tier, size)
	}
	if s.program.JSON {
		return s.program.Out.Object(retrievedObject{newJobObject(r.Job, r.Archive), r.Found})
	}
	s.program.Out.Line("%s", term.Show(string(r.Job.ID)))
	switch {
	case r.Job.Status == vault.Succeeded && r.Job.Expires.IsZero():
		s.program.Notice(fmt.Sprintf("%q can be downloaded now", name))
	case r.Job.Status == vault.Succeeded:
		s.program.Notice(fmt.Sprintf("%q can be downloaded now, until %s", name, humane.Time(r.Job.Expires)))
	case r.Found && r.Job.Started.IsZero():
		s.program.Notice(fmt.Sprintf("%q was already requested, by somebody else", name))
	case r.Found:
		s.program.Notice(fmt.Sprintf("%q was already requested, at %s", name, humane.Time(r.Job.Started)))
	}
	return nil
}

// downloading returns the command that downloads the archives.
func (s *retrieveSession) downloading() string {
	words, options := []string{"firn", "download", s.vaultArg}, []string(nil)
	if s.options.rng.given {
		options = []string{"--range", s.options.rng.String()}
	}
	if slices.ContainsFunc(s.refs, func(ref string) bool { return strings.HasPrefix(ref, "-") }) {
		return term.ShellCommand(slices.Concat(words, options, []string{"--"}, s.refs)...)
	}
	return term.ShellCommand(slices.Concat(words, s.refs, options)...)
}

// end reports how to continue, and returns an error with the exit status.
func (s *retrieveSession) end() error {
	if !s.latest.IsZero() && !s.program.Quiet {
		s.program.UI.Say("firn: the last is usually done by %s; then, or now: %s", humane.Time(s.latest), s.downloading())
	}
	if len(s.left) == 0 || s.seen[cli.StatusInterrupted] {
		return cli.WorstOf(s.seen, "")
	}
	again := s.program.Now()
	if s.latest.After(again) {
		again = s.latest
	}
	again = again.Add(term.TimeToSend(s.bytes, cmp.Or(s.rate, jobs.AssumedRate)))
	s.seen[s.program.Report(cli.WithHint(
		notStarted(s.left, s.rate, s.program.UI.Units),
		fmt.Sprintf("when the others are downloaded, about %s: %s", humane.Time(again), s.program.Typed()),
		"to start all jobs at once: "+s.program.TypedWith("--all")))] = true
	return cli.WorstOf(s.seen, "")
}

// explain adds hints to the error of a retrieval.
func (s *retrieveSession) explain(err error, a record.Archive) error {
	again := "continue with: " + s.program.Typed()
	switch {
	case errors.Is(err, depot.ErrInterrupted), errors.Is(err, depot.ErrGaveUp):
		return cli.WithHint(err, again)
	case cli.OnceMended(err) != "":
		return cli.WithHint(err, cli.OnceMended(err)+again)
	case errors.Is(err, vault.ErrNotFound) && a.ID != "":
		return cli.WithHint(err, "to list what the catalog knows of the vault: "+term.ShellCommand("firn", "list", s.vaultArg))
	}
	return s.program.ExplainVault(err, s.vaultArg)
}
