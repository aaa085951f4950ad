package durability_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"firn/treehash"
)

// An upload continues with other bytes in its second part, and firn is killed before each
// of its acts in turn. After each kill, each part on record has its own bytes, and the next
// run stores its input, either the new bytes or the old.
func TestReplacedPart(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	was := string(s.file("was", mib+mib/2))
	becomes := was[:mib] + string(s.file("becomes", mib/3))
	upload := words("upload ./v - --part-size 1MiB --spool-dir tmp --description d --concurrency 1")
	s.input = was
	s.fails(&fault{kind: "flush", path: "v/uploads/ID/parts", n: 2}, upload)
	if n := s.partsOnRecord(); n != 2 {
		t.Fatalf("%d parts are on record", n)
	}
	s.save()
	replaced := false
	for n, next := 1, becomes; ; n++ {
		f := &fault{within: "v/uploads/ID", n: n}
		s.input = becomes
		r := s.underFaults(f, s.command(s.shim(), upload...))
		if f.hit == "" {
			if r.status != 0 || !replaced {
				t.Fatalf("status %d; the part was replaced: %t\n%s", r.status, replaced, r.errors)
			}
			return
		}
		replaced = s.partsOnRecord() == 1 || replaced
		s.input = next
		id := strings.TrimSpace(s.ok(upload...))
		if s.read("v/archives/"+id) != next {
			t.Errorf("killed before %s: the archive has other bytes", f.hit)
		}
		if t.Failed() {
			return
		}
		s.restore()
		if next = was; n%2 == 0 {
			next = becomes
		}
	}
}

// partsOnRecord counts the parts in the journals of unfinished uploads. Their bytes must be
// the bytes that they had when they arrived.
func (s *sandbox) partsOnRecord() (n int) {
	s.t.Helper()
	type part struct {
		Offset, Size int64
		Hash         treehash.Hash `json:"tree_hash"`
	}
	uploads, err := filepath.Glob(filepath.Join(s.dir, "v/uploads/*/data")) // without the file data the upload has become an archive
	if err != nil {
		s.t.Fatal(err)
	}
	for _, upload := range uploads {
		data, journal := s.read(upload), filepath.Join(filepath.Dir(upload), "parts")
		parts := make(map[int64]part)
		for line := range strings.Lines(s.read(journal)) {
			var p part
			if err := json.Unmarshal([]byte(line), &p); err != nil {
				continue // an incomplete last line
			}
			parts[p.Offset] = p
		}
		for _, p := range parts {
			if p.Size == 0 {
				continue
			}
			n++
			if end := p.Offset + p.Size; end > int64(len(data)) || treehash.Sum([]byte(data[p.Offset:end])) != p.Hash {
				s.t.Errorf("the part at %d has other bytes", p.Offset)
			}
		}
	}
	return n
}
