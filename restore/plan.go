package restore

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"firn/depot"
	"firn/record"
	"firn/restore/internal/sorted"
	"firn/restore/internal/tree"
	"firn/vault"
)

// Plan is what a restore is going to do. It has temporary files in the work directory until
// Close.
type Plan struct {
	// Snapshots are those whose files are restored. For each directory it is the newest
	// complete one that the selection allows, or, if there is none, the newest partial one.
	Snapshots []record.Snapshot

	// Unused are the patterns of the selection that match nothing, if others do.
	Unused []string

	Files       int64 // regular files and hard links to restore
	Directories int64 // directories that are selected
	Others      int64 // symbolic links, pipes and devices to restore
	Bytes       int64 // of the contents of Files
	Present     int64 // files that are there already, with the right content

	Packs    int64 // archives that are needed
	Requests int64 // jobs that make the bytes readable
	Retrieve int64 // bytes that the jobs make readable: of a bucket, whole archives
	Fetch    int64 // bytes that are downloaded

	Problems // files that cannot be restored, as far as it is known now

	depot   depot.Depot
	book    record.RestoreJournal
	options Options
	work    *workDir
	found   int64 // selected files, whatever becomes of them
	room    int64 // bytes that the files will take, without holes

	directories *sorted.List[item]
	others      *sorted.List[item]
	large       []*large
	stored      *sorted.Sections[piece] // of each needed pack
	empty       sorted.Section          // files without content
	needed      []*needed
	fetched     atomic.Int64 // bytes received from the vault
}

// needed is what is needed of a pack.
type needed struct {
	key    int64
	id     string
	ranges []vault.Range // to download, or downloaded
	pieces sorted.Section
}

// NewPlan plans a restore from the record: it makes no request to the vault. It compares the
// files with those in Options.Dir, and reads those there that have the right size and time.
//
// The error wraps vault.ErrNotFound if no snapshot or no file is selected, vault.ErrInvalid if
// the selection is not valid or covers several hosts, vault.ErrLocked if another process uses the
// work directory, and vault.ErrExists if that directory has files that are not those of a restore.
func NewPlan(ctx context.Context, d depot.Depot, book record.RestoreJournal, s Selection, o Options) (*Plan, error) {
	o.Gap = cmp.Or(o.Gap, 1<<20)
	m, err := newMatcher(s.Patterns)
	if err != nil {
		return nil, err
	}
	sources, err := s.choose(ctx, book, d.Vault.URL())
	if err == nil {
		sources, err = disjoin(ctx, book, sources)
	}
	if err == nil {
		err = m.resolve(ctx, book, d.Vault.URL(), sources)
	}
	if err != nil {
		return nil, err
	}
	work, err := openWorkDir(o.WorkDir)
	if err != nil {
		return nil, err
	}
	if err := work.checkApart(o.Dir); err != nil {
		return nil, errors.Join(err, work.close(false))
	}
	p := &Plan{
		depot: d.WithDefaults(), book: book, options: o, work: work, Snapshots: snapshotsOf(sources),
		directories: sorted.New(work.path, memoryOfList, byPathBackwards, item.weight),
		others:      sorted.New(work.path, memoryOfList, byKind, item.weight),
	}
	if err := p.fill(ctx, sources, m); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// memoryOfList is about how many bytes of each list are kept in memory.
const memoryOfList = 16 << 20

func snapshotsOf(sources []source) (snapshots []record.Snapshot) {
	seen := map[int64]bool{}
	for _, s := range sources {
		if !seen[s.Key] {
			seen[s.Key] = true
			snapshots = append(snapshots, s.Snapshot)
		}
	}
	return snapshots
}

// fill reads the record and the directory.
func (p *Plan) fill(ctx context.Context, sources []source, m *matcher) (err error) {
	pieces := sorted.New(p.work.path, memoryOfList, byPlace, func(c piece) int { return c.Of.weight() + 100 })
	links := sorted.New(p.work.path, memoryOfList, byLink, item.weight)
	defer func() { err = errors.Join(err, pieces.Close(), links.Close()) }()
	g := &gathering{
		Plan: p, sources: sources, matcher: m, names: tree.NewNames(), pieces: pieces, links: links, blocked: map[string]bool{},
		where: contents{book: p.book, vault: p.depot.Vault.URL(), packs: make(map[int64]error)},
	}
	if err := g.run(ctx); err != nil {
		return err
	}
	if p.found == 0 {
		return m.noFile()
	}
	p.Unused = m.notUsed()
	target, err := p.existing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	return p.locate(ctx, target, pieces)
}

// existing opens the directory as it is now; nil: it does not exist, or the plan is for a
// stream.
func (p *Plan) existing() (*tree.Tree, error) {
	if p.options.Dir == "" {
		return nil, nil
	}
	return tree.OpenExisting(p.options.Dir, p.options.tree())
}

func (o Options) tree() tree.Options {
	return tree.Options{Force: o.Force, Owners: o.Owners, Devices: o.Devices, SetUID: o.SetUID}
}

// Close removes the temporary lists of the plan. Downloaded ranges stay in the work directory
// until Run or Stream has ended without an error.
func (p *Plan) Close() error { return p.close(false) }

func (p *Plan) close(done bool) error {
	if p.work == nil {
		return nil
	}
	var closers []io.Closer
	closers = append(closers, p.directories, p.others)
	if p.stored != nil {
		closers = append(closers, p.stored)
	}
	var err error
	for _, c := range closers {
		err = errors.Join(err, c.Close())
	}
	err = errors.Join(err, p.work.close(done))
	p.work = nil
	return err
}
