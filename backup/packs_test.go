package backup_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/catalog"
	"firn/internal/seal"
	"firn/pack"
	"firn/record"
)

// packs are the packs of a vault.
type packs struct {
	t     testing.TB
	book  *catalog.Backups
	all   []*onePack
	byKey map[int64]*onePack
}

// onePack is a pack that was read.
type onePack struct {
	record.Pack
	stream  *pack.Stream
	entries []pack.Entry
	changes []pack.Change
}

// packs reads the packs that are stored on record, and checks every byte of them. No other archive
// is in the vault, and no content is stored twice.
func (r *rig) packs(book *catalog.Backups) *packs {
	r.t.Helper()
	p := &packs{t: r.t, book: book, byKey: map[int64]*onePack{}}
	seen := map[[32]byte]string{}
	for s, err := range book.Snapshots(r.t.Context(), "") {
		must(r.t, err)
		sequence := 0
		for saved, err := range book.Packs(r.t.Context(), s.Key) {
			must(r.t, err)
			if saved.State != record.Packed {
				continue
			}
			if sequence++; saved.Sequence != sequence && !r.hasLost {
				r.t.Errorf("the pack %d of the snapshot %s has the sequence %d", sequence, s.ID, saved.Sequence)
			}
			one := r.read(saved, true)
			p.all, p.byKey[saved.Key] = append(p.all, one), one
			for _, e := range one.entries {
				if e.Type != pack.TypeFile || e.Size == 0 || e.Offset == 0 {
					continue
				}
				if other, ok := seen[e.Digest]; ok {
					r.t.Errorf("the content of %q is stored twice, also as %q", e.Name, other)
				}
				seen[e.Digest] = e.Name
			}
		}
	}
	archives, err := filepath.Glob(filepath.Join(r.cold, "archives", "*.json"))
	must(r.t, err)
	if len(archives) < len(p.all) || len(archives) > len(p.all) && !r.hasLost {
		r.t.Errorf("the vault has %d archives, and %d packs are on record", len(archives), len(p.all))
	}
	return p
}

// read reads a pack and checks it, with all contents if they are wanted.
func (r *rig) read(saved record.Pack, withContents bool) *onePack {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.cold, "archives", string(saved.Archive)))
	must(r.t, err)
	if int64(len(data)) != saved.Size {
		r.t.Fatalf("the pack %s has %d bytes, %d on record", saved.ID, len(data), saved.Size)
	}
	var plain io.ReaderAt = bytes.NewReader(data)
	if len(saved.Header) > 0 {
		var sparse seal.Sparse // as a restore has it, with the last chunk from the record
		layout, err := seal.NewLayout(int64(len(saved.Header)), saved.Size)
		must(r.t, err)
		last := layout.Last()
		sparse.Add(seal.Range{Size: last.Offset}, bytes.NewReader(data))
		sparse.Add(last, bytes.NewReader(saved.Last))
		plain, err = seal.OpenHead(saved.Header, &sparse, saved.Size, r.ids)
		must(r.t, err)
	}
	tail, err := pack.ReadTail(r.t.Context(), plain, saved.PlainSize)
	must(r.t, err)
	if !bytes.Equal(tail.IndexDigest[:], saved.IndexDigest) || tail.ID != saved.ID {
		r.t.Errorf("the pack %s has another index than on record", saved.ID)
	}
	if short, err := pack.ParseTail(saved.Tail, saved.PlainSize); err != nil || short.IndexDigest != tail.IndexDigest {
		r.t.Errorf("the tail on record: %v", err)
	}
	one := &onePack{Pack: saved, stream: tail.Open(plain)}
	for e, err := range tail.Index(r.t.Context(), plain) {
		must(r.t, err)
		one.entries = append(one.entries, e)
		size, want := e.Size, e.Digest
		if e.Type == pack.TypeChunk {
			size, want = e.ChunkSize, e.ChunkDigest
		}
		if (e.Type == pack.TypeFile || e.Type == pack.TypeChunk) && e.Offset != 0 && withContents {
			hash := sha256.New()
			_, err := io.Copy(hash, one.content(e.Offset, size))
			must(r.t, err)
			if pack.Digest(hash.Sum(nil)) != want {
				r.t.Errorf("the content of %q in the pack %s has another digest", e.Name, saved.ID)
			}
		}
	}
	for c, err := range tail.Changes(r.t.Context(), plain) {
		must(r.t, err)
		one.changes = append(one.changes, c)
	}
	return one
}

// content returns a reader of bytes of the tar stream.
func (o *onePack) content(offset, size int64) io.Reader {
	return io.NewSectionReader(o.stream, offset, size)
}

// copy copies a content on record, out of the packs, and returns how many bytes it has.
func (p *packs) copy(w io.Writer, key int64) int64 {
	p.t.Helper()
	if key == 0 {
		return 0
	}
	c, err := p.book.ContentByKey(p.t.Context(), key)
	must(p.t, err)
	if c.Pack != 0 {
		one := p.byKey[c.Pack]
		if one == nil {
			p.t.Errorf("the content %d is in the pack %d, which is not stored", key, c.Pack)
			return 0
		}
		n, err := io.Copy(w, one.content(c.Offset, c.Size))
		must(p.t, err)
		return n
	}
	size := int64(0)
	for _, s := range c.Segments {
		if s.Part == 0 {
			_, err := w.Write(make([]byte, s.Size))
			must(p.t, err)
			size += s.Size
		} else {
			size += p.copy(w, s.Part)
		}
	}
	return size
}

// rebuild returns the files of the newest snapshot as the packs alone say, and the snapshots that
// have an end.
func (p *packs) rebuild() (files map[string]node, ended map[string]bool) {
	files, ended = map[string]node{}, map[string]bool{}
	for _, one := range p.all {
		for _, c := range one.changes {
			switch {
			case c.Snapshot != nil:
				ended[c.Snapshot.ID] = !c.Snapshot.Ended.IsZero()
			case c.Entry.Type == pack.TypeGone:
				drop(files, c.Entry.Name, true)
			}
		}
		for _, c := range one.changes {
			if c.Snapshot == nil && c.Entry.Type != pack.TypeGone && c.Entry.Type != pack.TypeChunk {
				p.apply(files, c.Entry)
			}
		}
		for _, e := range one.entries {
			if e.Type != pack.TypeChunk && e.Type != pack.TypeBroken {
				p.apply(files, e)
			}
		}
	}
	for path, n := range files {
		if n.kind == record.Hardlink {
			first := files[n.link]
			n.kind, n.link, n.size, n.digest = record.Regular, "", first.size, first.digest
			files[path] = n
		}
	}
	return files, ended
}

func (p *packs) apply(files map[string]node, e pack.Entry) {
	n := node{mode: e.Mode, mtime: e.ModTime.UnixNano(), link: e.LinkName}
	switch e.Type {
	case pack.TypeDir:
		n.kind = record.Directory
	case pack.TypeSymlink:
		n.kind = record.Symlink
	case pack.TypeFifo:
		n.kind = record.Fifo
	case pack.TypeHardlink:
		n.kind = record.Hardlink
	default:
		n.kind, n.size, n.digest = record.Regular, e.Size, e.Digest
	}
	drop(files, e.Name, e.Type != pack.TypeDir)
	files[e.Name] = n
}

// drop removes a name, and what is below it.
func drop(files map[string]node, name string, withContent bool) {
	delete(files, name)
	for path := range files {
		if withContent && strings.HasPrefix(path, name+"/") {
			delete(files, path)
		}
	}
}
