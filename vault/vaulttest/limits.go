package vaulttest

import (
	"bytes"
	"strings"

	"firn/vault"
)

// descriptions: printable ASCII survives unchanged; any other text is refused before
// anything is created.
func descriptions(s *suite) {
	longest := strings.Repeat("x", s.v.Limits().MaxDescription)
	var printable strings.Builder
	for c := byte(0x20); c <= 0x7e; c++ {
		printable.WriteByte(c)
	}
	want := make(map[vault.ArchiveID]string)
	data := content(1, 1)
	for _, d := range []string{
		"", "plain", "a  b", `"quoted\" \n`, "<b>&amp;</b>", "../../etc/passwd", "%2e%2e/", "{}", "null",
		"x" + printable.String() + "x", longest,
	} {
		want[s.upload(data, d)] = d
	}
	got := s.inventory()
	for id, d := range want {
		if listed := got[id]; listed.Description != s.asListed(vault.Archive{Description: d}, listed).Description {
			s.Errorf("the description %q came back as %q", d, listed.Description)
		}
	}
	for _, d := range []string{longest + "x", "tab\t", "line\n", "nul\x00", "del\x7f", "ümlaut", "\xff", "\u202e"} {
		_, err := s.v.CreateUpload(s.Context(), vault.UploadRequest{Description: d, PartSize: s.PartSize})
		s.wantError("CreateUpload with the description "+strings.ToValidUTF8(d, "?"), err, vault.ErrInvalid)
	}
	if open := s.uploads(); len(open) != 0 {
		s.Errorf("%d uploads were created with a description that was refused", len(open))
	}
}

// names: a vault has one URL. The name of an archive may be refused with ErrInvalid, and
// does no harm.
func names(s *suite) {
	s.wantOneName()
	s.wantHasArchives(false)
	data := content(1, 1)
	for _, name := range []string{"", ".", "..", "../../x", "/etc/passwd", `a\b`, "ü", "\xff", "\x00", "\u202e", strings.Repeat("x", 3000)} {
		id, err := s.v.CreateUpload(s.Context(), vault.UploadRequest{Name: name, PartSize: s.PartSize})
		if err != nil {
			s.wantError("CreateUpload", err, vault.ErrInvalid)
			continue
		}
		s.send(id, data, partOf(data, 0))
		s.wantContent(s.complete(id, data), data)
		s.wantHasArchives(true)
	}
}

// limits: a value at the edge of Limits is accepted, a value beyond it is refused.
func limits(s *suite) {
	l := s.v.Limits()
	type request struct {
		partSize int64
		valid    bool
	}
	requests := []request{{l.MinPartSize, true}, {l.MinPartSize - 1, false}, {l.MaxPartSize, true}, {l.MaxPartSize + 1, false}, {0, false}, {-1, false}}
	if l.PartSizePowerOfTwo {
		requests = append(requests, request{2 * l.MinPartSize, true}, request{3 * l.MinPartSize, false}, request{2 * l.MaxPartSize, false})
	}
	for _, r := range requests {
		_, err := s.v.CreateUpload(s.Context(), vault.UploadRequest{PartSize: r.partSize})
		if r.valid && err != nil {
			s.Errorf("part size %d: %v", r.partSize, err)
		}
		if !r.valid && err == nil {
			s.Errorf("part size %d was accepted", r.partSize)
		}
		if !r.valid {
			s.wantError("CreateUpload", err, vault.ErrInvalid)
		}
	}
	s.partsWhereTheyMayBe()
	if l.MinArchiveSize > 0 {
		_, err := s.v.CompleteUpload(s.Context(), s.create("nothing"), completion(nil, s.PartSize))
		s.wantError("CompleteUpload of an empty archive", err, vault.ErrInvalid)
	}
}

// partsWhereTheyMayBe: a part begins at a multiple of the part size and is not larger than
// it.
func (s *suite) partsWhereTheyMayBe() {
	s.Helper()
	id := s.create("")
	body := content(1, s.PartSize+1)
	for _, part := range []vault.Part{
		partOf(body, 0),                   // too large
		partOf(body[:s.PartSize], 1),      // not at a multiple of the part size
		partOf(body[:1], s.PartSize-1),    // not at a multiple of the part size
		partOf(body[:1], -s.PartSize),     // before the archive
		partOf(body[:s.PartSize], -1<<62), // far before the archive
	} {
		_, err := s.v.UploadPart(s.Context(), id, part, bytes.NewReader(body[:part.Size]))
		s.wantError("UploadPart where none may be", err, vault.ErrInvalid)
	}
	s.wantParts(id)
}

// mostParts: part number MaxParts is accepted, the next one is refused.
func mostParts(s *suite) {
	l := s.v.Limits()
	id, err := s.v.CreateUpload(s.Context(), vault.UploadRequest{PartSize: l.MinPartSize})
	if err != nil {
		s.Fatalf("CreateUpload: %v", err)
	}
	body := []byte{1}
	last := partOf(body, int64(l.MaxParts-1)*l.MinPartSize)
	if _, err := s.v.UploadPart(s.Context(), id, last, bytes.NewReader(body)); err != nil {
		s.Errorf("part %d: %v", l.MaxParts, err)
	}
	beyond := partOf(body, int64(l.MaxParts)*l.MinPartSize)
	_, err = s.v.UploadPart(s.Context(), id, beyond, bytes.NewReader(body))
	s.wantError("a part too many", err, vault.ErrInvalid)
	s.wantParts(id, last)
}
