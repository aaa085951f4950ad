package vaulttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"time"

	"firn/internal/crc64"
	"firn/internal/expected"
	"firn/treehash"
	"firn/vault"
)

const mib = treehash.LeafSize

// suite checks one behaviour on one fresh vault. Its methods end the test when the vault
// fails in something that the behaviour only depends on.
type suite struct {
	T
	Options
	v        vault.Vault
	another  func(vault.Vault) vault.Vault       // opens the vault again
	receipts map[vault.UploadID]map[int64]string // of the part last sent at each offset
	requests map[vault.UploadID]vault.UploadRequest
}

func newSuite[S T](t S, by Opener[S], o Options) *suite {
	if o.PartSize == 0 {
		o.PartSize = mib
	}
	return &suite{
		T: t, Options: o, v: by.New(t), receipts: make(map[vault.UploadID]map[int64]string),
		requests: make(map[vault.UploadID]vault.UploadRequest),
		another:  func(v vault.Vault) vault.Vault { return by.Reopen(t, v) },
	}
}

// reopen continues as another process would.
func (s *suite) reopen() { s.v = s.another(s.v) }

// advance moves the clock of the vault.
func (s *suite) advance(d time.Duration) {
	s.Helper()
	if s.Advance == nil {
		s.Skip("what follows would have to wait")
	}
	s.Advance(d)
}

// content returns size bytes that depend on seed only.
func content(seed uint64, size int64) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(key).Read(b) // never fails
	return b
}

// split cuts data into parts with their hashes. No data has no parts.
func split(data []byte, partSize int64) []vault.Part {
	var parts []vault.Part
	for off := int64(0); off < int64(len(data)); off += partSize {
		end := min(off+partSize, int64(len(data)))
		parts = append(parts, partOf(data[off:end], off))
	}
	return parts
}

func partOf(body []byte, offset int64) vault.Part {
	crc := crc64.New()
	_, _ = crc.Write(body) // never fails
	return vault.Part{
		Offset:   offset,
		Size:     int64(len(body)),
		TreeHash: treehash.Sum(body),
		SHA256:   sha256.Sum256(body),
		CRC64:    crc64.Sum(crc.Sum64()),
	}
}

func completion(data []byte, partSize int64) vault.Completion {
	return vault.Completion{
		Size:     int64(len(data)),
		TreeHash: treehash.Sum(data),
		Parts:    split(data, partSize),
	}
}

// create starts an upload with the suite's part size.
func (s *suite) create(description string) vault.UploadID {
	s.Helper()
	req := vault.UploadRequest{
		Description: description, PartSize: s.PartSize, ModTime: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC),
	}
	id, err := s.v.CreateUpload(s.Context(), req)
	if err != nil {
		s.Fatalf("CreateUpload: %v", err)
	}
	if id == "" {
		s.Fatal("CreateUpload returned an empty id")
	}
	s.requests[id] = req
	return id
}

// send uploads one part of data, which begins at byte 0 of the archive.
func (s *suite) send(id vault.UploadID, data []byte, part vault.Part) {
	s.Helper()
	got, err := s.v.UploadPart(s.Context(), id, part, bytes.NewReader(data[part.Offset:part.Offset+part.Size]))
	if err != nil {
		s.Fatalf("UploadPart at byte %d: %v", part.Offset, err)
	}
	if got.Offset != part.Offset || got.Size != part.Size || got.TreeHash != part.TreeHash {
		s.Fatalf("UploadPart returned %+v for %+v", got, part)
	}
	if s.receipts[id] == nil {
		s.receipts[id] = make(map[int64]string)
	}
	s.receipts[id][part.Offset] = got.Receipt
}

// completion returns the argument of CompleteUpload for an upload of data, with the
// properties of its UploadRequest and the receipts of its parts.
func (s *suite) completion(id vault.UploadID, data []byte) vault.Completion {
	c := completion(data, s.PartSize)
	c.Description, c.ModTime = s.requests[id].Description, s.requests[id].ModTime
	for i := range c.Parts {
		c.Parts[i].Receipt = s.receipts[id][c.Parts[i].Offset]
	}
	return c
}

func (s *suite) complete(id vault.UploadID, data []byte) vault.ArchiveID {
	s.Helper()
	archive, err := s.v.CompleteUpload(s.Context(), id, s.completion(id, data))
	if err != nil {
		s.Fatalf("CompleteUpload: %v", err)
	}
	if archive == "" {
		s.Fatal("CompleteUpload returned an empty id")
	}
	return archive
}

// upload stores data as an archive.
func (s *suite) upload(data []byte, description string) vault.ArchiveID {
	s.Helper()
	id := s.create(description)
	for _, p := range split(data, s.PartSize) {
		s.send(id, data, p)
	}
	return s.complete(id, data)
}

func (s *suite) parts(id vault.UploadID) []vault.Part {
	s.Helper()
	parts, err := collect(s.v.Parts(s.Context(), id))
	if err != nil {
		s.Fatalf("Parts: %v", err)
	}
	return parts
}

// wantParts checks that the vault lists exactly these parts.
func (s *suite) wantParts(id vault.UploadID, want ...vault.Part) {
	s.Helper()
	got := s.parts(id)
	if len(got) != len(want) {
		s.Fatalf("the vault holds %d parts, want %d", len(got), len(want))
	}
	for i, p := range got {
		isSame := (p.TreeHash.IsZero() || p.TreeHash == want[i].TreeHash) && (p.CRC64 == 0 || p.CRC64 == want[i].CRC64)
		if p.Offset != want[i].Offset || p.Size != want[i].Size || !isSame {
			s.Fatalf("part %d is %+v, want %+v", i, p, want[i])
		}
	}
}

func (s *suite) start(req vault.JobRequest) vault.JobID {
	s.Helper()
	id, err := s.v.StartJob(s.Context(), req)
	if s.Advance == nil && s.JobTime > 0 && req.Kind == vault.RetrieveInventory && errors.Is(err, vault.ErrNotFound) {
		s.Skip("the vault is too new to have an inventory")
	}
	if err != nil {
		s.Fatalf("StartJob %s: %v", req.Kind, err)
	}
	return id
}

// job starts a job and waits, by the vault's own clock, until it has finished.
func (s *suite) job(req vault.JobRequest) vault.JobID {
	s.Helper()
	id := s.start(req)
	if s.JobTime > 0 {
		s.advance(s.JobTime)
	}
	return id
}

// inventory returns the archives that are in the vault now.
func (s *suite) inventory() map[vault.ArchiveID]vault.Archive {
	s.Helper()
	id := s.job(vault.JobRequest{Kind: vault.RetrieveInventory})
	archives, err := collect(s.v.Inventory(s.Context(), id, ""))
	if err != nil {
		s.Fatalf("Inventory: %v", err)
	}
	byID := make(map[vault.ArchiveID]vault.Archive)
	for _, a := range archives {
		if _, twice := byID[a.ID]; twice {
			s.Fatalf("the inventory lists archive %q twice", a.ID)
		}
		byID[a.ID] = a.Archive
	}
	return byID
}

// asListed returns the archive that an inventory should list for want, given the entry that
// it did list. It takes name, date and ETag from that entry, since it cannot know them, but
// checks that Look of a vault.Looker returns the same.
func (s *suite) asListed(want, listed vault.Archive) vault.Archive {
	s.Helper()
	want.Created, want.Name, want.ETag = listed.Created, listed.Name, listed.ETag
	if l, ok := s.v.(vault.Looker); ok {
		told, err := l.Look(s.Context(), listed.ID)
		same := told.Size == listed.Size && told.Name == listed.Name && told.ETag == listed.ETag &&
			(s.TwoDates || told.Created.Truncate(time.Second).Equal(listed.Created.Truncate(time.Second)))
		if err != nil || !same {
			s.Errorf("Look tells %+v, %v; the inventory %+v", told, err, listed)
		}
	}
	if s.Bare {
		want.Description, want.TreeHash = "", treehash.Hash{}
	}
	return want
}

// wantArchives checks that the vault holds exactly these archives.
func (s *suite) wantArchives(ids ...vault.ArchiveID) {
	s.Helper()
	got := s.inventory()
	if len(got) != len(ids) {
		s.Errorf("the vault holds %d archives, want %d", len(got), len(ids))
	}
	for _, id := range ids {
		if _, there := got[id]; !there {
			s.Errorf("archive %q is not in the inventory", id)
		}
	}
}

// wantContent retrieves an archive and compares it with data.
func (s *suite) wantContent(id vault.ArchiveID, data []byte) {
	s.Helper()
	job := s.job(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	s.wantOutput(job, vault.Range{}, data)
}

// wantOutput reads a range of a job's output and compares it with data. It returns the
// closed output.
func (s *suite) wantOutput(job vault.JobID, of vault.Range, data []byte) vault.Output {
	s.Helper()
	out, err := s.v.OpenOutput(s.Context(), job, of)
	if err != nil {
		s.Fatalf("OpenOutput %+v: %v", of, err)
	}
	if err := errors.Join(expected.Reader(out, data), out.Close()); err != nil {
		s.Fatalf("output %+v: %v", of, err)
	}
	return out
}

// wantError checks that err is of a class.
func (s *suite) wantError(what string, err, class error) {
	s.Helper()
	if !errors.Is(err, class) {
		s.Errorf("%s: got error %v, want one that is %q", what, err, class)
	}
}

// collect returns the elements of a sequence up to its first error.
func collect[T any](list func(func(T, error) bool)) ([]T, error) {
	var all []T
	for item, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// ended returns a context that is cancelled with a cause, and the cause.
func (s *suite) ended() (context.Context, error) {
	cause := errors.New("the test has had enough")
	ctx, cancel := context.WithCancelCause(s.Context())
	cancel(cause)
	return ctx, cause
}
