package vaulttest

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"firn/treehash"
	"firn/vault"
)

// roundTrip: the retrieved bytes are those that were stored, at the sizes around which
// hashing and cutting into parts change.
func roundTrip(s *suite) {
	sizes := []int64{0, 1, mib - 1, mib, mib + 1, s.PartSize, 3*s.PartSize + mib/2, 4 * s.PartSize}
	for i, size := range slices.Compact(sizes) {
		if size < s.v.Limits().MinArchiveSize {
			continue // limits checks that this size is refused
		}
		data := content(uint64(i), size)
		description := fmt.Sprintf("%d bytes", size)
		id := s.upload(data, description)
		s.wantContent(id, data)
		got := s.inventory()[id]
		if want := (vault.Archive{ID: id, Size: size, TreeHash: treehash.Sum(data), Description: description}); got != s.asListed(want, got) {
			s.Errorf("%d bytes: the inventory says %+v", size, got)
		}
	}
}

// partsOutOfOrder: the order of arrival has no effect.
func partsOutOfOrder(s *suite) {
	data := content(1, 4*s.PartSize+1)
	parts := split(data, s.PartSize)
	id := s.create("")
	for _, i := range []int{4, 2, 0, 3, 1} {
		s.send(id, data, parts[i])
	}
	s.wantParts(id, parts...)
	s.wantContent(s.complete(id, data), data)
}

// samePartTwice: sending a part again changes nothing.
func samePartTwice(s *suite) {
	data := content(1, s.PartSize+1)
	parts := split(data, s.PartSize)
	id := s.create("")
	for _, i := range []int{0, 0, 1, 1, 0} {
		s.send(id, data, parts[i])
	}
	s.wantParts(id, parts...)
	s.wantContent(s.complete(id, data), data)
}

// otherPartInItsPlace: the last part accepted at an offset counts, also if its size
// differs.
func otherPartInItsPlace(s *suite) {
	first, second := content(1, 2*s.PartSize), content(2, 2*s.PartSize-1)
	id := s.create("")
	for _, data := range [][]byte{first, second} {
		for _, p := range split(data, s.PartSize) {
			s.send(id, data, p)
		}
	}
	s.wantParts(id, split(second, s.PartSize)...)
	s.wantContent(s.complete(id, second), second)
}

// wrongHashOfAPart: ErrChecksum, nothing becomes visible, and an earlier part remains.
func wrongHashOfAPart(s *suite) {
	data := content(1, s.PartSize)
	part := partOf(data, 0)
	wrongTree, wrongLinear, wrongCRC, other := part, part, part, content(2, s.PartSize)
	wrongTree.TreeHash[0] ^= 1
	wrongLinear.SHA256[0] ^= 1
	wrongCRC.CRC64 ^= 1
	id := s.create("")
	attempts := func() {
		if !s.Bare {
			_, err := s.v.UploadPart(s.Context(), id, wrongTree, bytes.NewReader(data))
			s.wantError("wrong tree hash", err, vault.ErrChecksum)
		}
		if s.v.Limits().CRC64 {
			_, err := s.v.UploadPart(s.Context(), id, wrongCRC, bytes.NewReader(data))
			s.wantError("wrong CRC-64", err, vault.ErrChecksum)
		}
		_, err := s.v.UploadPart(s.Context(), id, wrongLinear, bytes.NewReader(data))
		s.wantError("wrong linear hash", err, vault.ErrChecksum)
		_, err = s.v.UploadPart(s.Context(), id, part, bytes.NewReader(other))
		s.wantError("other bytes", err, vault.ErrChecksum)
		_, err = s.v.UploadPart(s.Context(), id, partOf(other, 0), bytes.NewReader(data))
		s.wantError("hashes of other bytes", err, vault.ErrChecksum)
	}
	attempts()
	s.wantParts(id)
	s.send(id, data, part)
	attempts()
	s.wantParts(id, part)
	s.wantContent(s.complete(id, data), data)
}

// wrongHashOfTheWhole: ErrChecksum, nothing is published, the upload stays open.
func wrongHashOfTheWhole(s *suite) {
	data := content(1, 2*s.PartSize)
	id := s.create("")
	parts := split(data, s.PartSize)
	for _, p := range parts {
		s.send(id, data, p)
	}
	c := completion(data, s.PartSize)
	c.TreeHash[0] ^= 1
	_, err := s.v.CompleteUpload(s.Context(), id, c)
	s.wantError("CompleteUpload with a wrong tree hash", err, vault.ErrChecksum)
	s.wantArchives()
	s.wantParts(id, parts...)
	s.wantContent(s.complete(id, data), data)
}

// shortBody: a body that ends early makes no part.
func shortBody(s *suite) {
	data := content(1, s.PartSize)
	id := s.create("")
	if _, err := s.v.UploadPart(s.Context(), id, partOf(data, 0), bytes.NewReader(data[:len(data)-1])); err == nil {
		s.Error("a body that is one byte short was accepted")
	}
	s.wantParts(id)
}

// gap: if a part is missing, or the size is wrong, nothing is published and the upload
// stays open.
func gap(s *suite) {
	data := content(1, 3*s.PartSize)
	parts := split(data, s.PartSize)
	id := s.create("")
	s.send(id, data, parts[0])
	s.send(id, data, parts[2])
	_, err := s.v.CompleteUpload(s.Context(), id, completion(data, s.PartSize))
	s.wantError("CompleteUpload with a part missing", err, vault.ErrInvalid)
	s.send(id, data, parts[1])
	c := completion(data, s.PartSize)
	c.Size++
	_, err = s.v.CompleteUpload(s.Context(), id, c)
	s.wantError("CompleteUpload with a wrong size", err, vault.ErrInvalid)
	s.wantArchives()
	s.wantContent(s.complete(id, data), data)
}

// manyGoroutines: parts of one upload arrive concurrently, some of them twice.
func manyGoroutines(s *suite) {
	data := content(1, 7*s.PartSize+1)
	parts := split(data, s.PartSize)
	id := s.create("many")
	sent := s.completion(id, data)
	var mu sync.Mutex // for sent
	var wg sync.WaitGroup
	for _, p := range append(slices.Clone(parts), parts[:4]...) {
		wg.Go(func() {
			got, err := s.v.UploadPart(s.Context(), id, p, bytes.NewReader(data[p.Offset:p.Offset+p.Size]))
			if err != nil {
				s.Errorf("UploadPart at byte %d: %v", p.Offset, err)
			}
			mu.Lock()
			defer mu.Unlock()
			sent.Parts[p.Offset/s.PartSize].Receipt = got.Receipt
		})
	}
	wg.Wait()
	s.wantParts(id, parts...)
	var ids [3]vault.ArchiveID
	for i := range ids {
		if s.OneCompleter {
			wg.Wait()
		}
		wg.Go(func() {
			var err error
			if ids[i], err = s.v.CompleteUpload(s.Context(), id, sent); err != nil {
				s.Errorf("CompleteUpload: %v", err)
			}
		})
	}
	wg.Wait()
	if ids[0] != ids[1] || ids[0] != ids[2] {
		s.Errorf("one upload became several archives: %q", ids)
	}
	s.wantArchives(ids[0])
	s.wantContent(ids[0], data)
}
