package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/catalog"
	"firn/record"
)

// remember is the script command remember: it records snapshots of any age, as backups would have
// done. FILE has these lines:
//
//	snapshot TIME HOST ROOT [TAG...]   begins one; its id is the SHA-256 of the line, cut
//	+ PATH SIZE                        a file is new or has changed; its directory is on record
//	d PATH                             a directory is new
//	- PATH                             a file is gone
//	running                            the snapshot does not end
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: remember CATALOG VAULT_URL FILE")
	}
	m := &memory{vault: args[1]}
	c, err := catalog.Open(context.Background(), ts.MkAbs(args[0]), catalog.Options{Now: func() time.Time { return m.now }})
	ts.Check(err)
	m.book = c.Backups()
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		if err := m.line(strings.Fields(line)); err != nil {
			ts.Fatalf("%q: %v", line, err)
		}
	}
	ts.Check(errors.Join(m.end(), c.Close()))
}

// memory is what remember has read so far.
type memory struct {
	vault string
	book  *catalog.Backups
	now   time.Time

	snapshot *record.Snapshot
	pack     record.Pack
	running  bool
	trees    map[string]map[string]int64 // by host and root: the sizes of the files
}

func (m *memory) line(words []string) (err error) {
	ctx := context.Background()
	switch {
	case len(words) == 0:
	case words[0] == "snapshot":
		return m.begin(ctx, words)
	case words[0] == "running":
		m.running = true
	case words[0] == "+":
		size, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return err
		}
		m.snapshot.Added += size
		content := record.Content{Digest: sha256.Sum256([]byte(words[1] + words[2])), Size: size, Pack: m.pack.Key}
		return m.apply(ctx, words[1], record.File{Kind: record.Regular, Mode: 0o644, Size: size}, &content)
	case words[0] == "d":
		return m.apply(ctx, words[1], record.File{Kind: record.Directory, Mode: 0o755}, nil)
	case words[0] == "-":
		return m.apply(ctx, words[1], record.File{}, nil)
	}
	return nil
}

func (m *memory) begin(ctx context.Context, words []string) (err error) {
	if err := m.end(); err != nil {
		return err
	}
	if m.now, err = time.Parse(time.RFC3339, words[1]); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	m.snapshot = &record.Snapshot{
		ID: hex.EncodeToString(sum[:16]), Vault: m.vault, Host: words[2], Roots: []string{strings.TrimPrefix(words[3], "/")}, Tags: words[4:],
	}
	if _, err := m.book.Begin(ctx, m.snapshot); err != nil {
		return err
	}
	m.running = false
	m.pack = record.Pack{ID: m.snapshot.ID, Vault: m.vault, Snapshot: m.snapshot.Key, Sequence: 1, State: record.Writing}
	err = m.book.SavePack(ctx, &m.pack)
	m.pack.State, m.pack.Size, m.pack.Archive = record.Packed, 1<<20, "archive"
	if err = errors.Join(err, m.book.SavePack(ctx, &m.pack)); err != nil || m.sizes() != nil {
		return err
	}
	if m.trees == nil {
		m.trees = map[string]map[string]int64{}
	}
	m.trees[m.tree()] = map[string]int64{}
	return m.apply(ctx, "/"+m.snapshot.Roots[0], record.File{Kind: record.Directory, Mode: 0o755}, nil)
}

// apply saves a version of a file. A version without a kind means that the file is gone.
func (m *memory) apply(ctx context.Context, file string, f record.File, content *record.Content) error {
	root := m.snapshot.Roots[0]
	key, err := m.book.Root(ctx, m.vault, m.snapshot.Host, root)
	if err != nil {
		return err
	}
	place := &record.Place{Key: key}
	below := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(file, "/"), root), "/")
	if below != "" {
		for name := range strings.SplitSeq(path.Dir(below), "/") {
			if name == "." {
				continue
			}
			found, err := m.book.Subdirectories(ctx, place.Key, name, 1)
			if err != nil {
				return err
			}
			if len(found) > 0 && found[0].Name == name && found[0].Key != 0 {
				place = &record.Place{Key: found[0].Key}
			} else {
				place = &record.Place{Parent: place, Name: name}
			}
		}
		f.Name = path.Base(below)
	}
	f.ModTime = m.now.UnixNano()
	change := record.FileChange{Directory: place, File: f, IsGone: f.Kind == 0, Content: content}
	if delete(m.sizes(), file); f.Kind == record.Regular {
		m.sizes()[file] = f.Size
	}
	return m.book.Apply(ctx, m.snapshot.Key, []record.FileChange{change})
}

func (m *memory) tree() string { return m.snapshot.Host + ":" + m.snapshot.Roots[0] }

func (m *memory) sizes() map[string]int64 { return m.trees[m.tree()] }

// end ends the snapshot, unless it stays running.
func (m *memory) end() error {
	if m.snapshot == nil {
		return nil
	}
	m.snapshot.Files, m.snapshot.Bytes = int64(len(m.sizes())), 0
	for _, size := range m.sizes() {
		m.snapshot.Bytes += size
	}
	if !m.running {
		m.snapshot.State = record.Complete
	}
	return m.book.Save(context.Background(), m.snapshot)
}
