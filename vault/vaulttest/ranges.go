package vaulttest

import (
	"firn/treehash"
	"firn/vault"
)

// Behaviours of ranges of archives and of outputs.

// outputByRanges: the concatenated ranges of an output are the whole output.
func outputByRanges(s *suite) {
	data := content(1, 3*s.PartSize+mib/2+7)
	job := s.job(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: s.upload(data, "")})
	if j := s.status(job); j.Size != int64(len(data)) || j.TreeHash != treehash.Sum(data) ||
		j.Range != (vault.Range{Size: int64(len(data))}) {
		s.Errorf("a job for the whole archive is %+v", j)
	}
	for _, step := range []int64{mib, s.PartSize, 2 * s.PartSize, int64(len(data))} {
		for off := int64(0); off < int64(len(data)); off += step {
			r := vault.Range{Offset: off, Size: min(step, int64(len(data))-off)}
			s.wantOutput(job, r, data[off:off+r.Size])
		}
	}
	for _, r := range []vault.Range{{Offset: 1, Size: 1}, {Offset: mib - 1, Size: 2}, {Offset: int64(len(data)) - 1, Size: 1}} {
		s.wantOutput(job, r, data[r.Offset:r.Offset+r.Size])
	}
}

// span is a run of leaves.
type span struct{ first, end int64 }

// nodes returns all runs of leaves that are nodes of the tree of seven leaves by the
// service's rule.
func nodes() map[span]bool {
	all := map[span]bool{{0, 2}: true, {2, 4}: true, {4, 6}: true, {0, 4}: true, {4, 7}: true, {0, 7}: true}
	for leaf := range int64(7) {
		all[span{leaf, leaf + 1}] = true
	}
	return all
}

// rangesWithHash: the output of a job, or a range of it, has a tree hash if and only if
// both the job's range and the range that is read are nodes of the archive's tree.
func rangesWithHash(s *suite) {
	if s.Bare {
		return // such a kind reports no hashes of ranges
	}
	data := content(1, 6*mib+mib/2)
	archive := s.upload(data, "")
	is := nodes()
	rangeOf := func(p span) vault.Range {
		return vault.Range{Offset: p.first * mib, Size: min(p.end*mib, int64(len(data))) - p.first*mib}
	}
	for first := range int64(7) {
		for end := first + 1; end <= 7; end++ {
			asked := span{first, end}
			r := rangeOf(asked)
			id := s.job(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive, Range: r, Tier: vault.Bulk})
			s.wantRangeJob(id, archive, r, data, is[asked])
			s.wantHashedOutput(id, vault.Range{}, data[r.Offset:r.End()], is[asked])
			for from := first; from < end; from++ {
				for to := from + 1; to <= end; to++ {
					read := rangeOf(span{from, to})
					within := vault.Range{Offset: read.Offset - r.Offset, Size: read.Size}
					s.wantHashedOutput(id, within, data[read.Offset:read.End()], is[asked] && is[span{from, to}])
				}
			}
			s.wantHashedOutput(id, vault.Range{Size: mib / 2}, data[r.Offset:r.Offset+mib/2], is[asked] && first == 6)
			s.wantHashedOutput(id, vault.Range{Offset: 1, Size: r.Size - 1}, data[r.Offset+1:r.End()], false)
		}
	}
}

func (s *suite) wantRangeJob(id vault.JobID, archive vault.ArchiveID, r vault.Range, data []byte, hashed bool) {
	s.Helper()
	j := s.status(id)
	var hash treehash.Hash
	if hashed {
		hash = treehash.Sum(data[r.Offset:r.End()])
	}
	if j.Archive != archive || j.Range != r || j.Size != r.Size || j.TreeHash != hash || j.Tier != vault.Bulk {
		s.Errorf("a job for %+v is %+v, want tree hash %s", r, j, hash)
	}
	known := j.ArchiveSize != 0 || !j.ArchiveTreeHash.IsZero()
	if known && (j.ArchiveSize != int64(len(data)) || j.ArchiveTreeHash != treehash.Sum(data)) {
		s.Errorf("a job for %+v says of its archive %d bytes and tree hash %s", r, j.ArchiveSize, j.ArchiveTreeHash)
	}
}

// wantHashedOutput checks the bytes of a range of an output, its size, and that it has
// their tree hash if hashed, else none.
func (s *suite) wantHashedOutput(job vault.JobID, r vault.Range, data []byte, hashed bool) {
	s.Helper()
	out := s.wantOutput(job, r, data)
	var hash treehash.Hash
	if hashed {
		hash = treehash.Sum(data)
	}
	if out.TreeHash != hash || out.Size != int64(len(data)) {
		s.Errorf("range %+v of the output has %d bytes and tree hash %s, want %d and %s", r, out.Size, out.TreeHash, len(data), hash)
	}
}
