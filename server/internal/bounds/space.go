package bounds

import (
	"fmt"
	"sync"

	"firn/server/internal/refusal"
)

// Space is what the disk of the vaults has left, less what was promised to requests that are
// being received. The bytes that such a request has written count twice until its end: it is
// better to refuse a request that would have fitted than to fill the disk.
type Space struct {
	free  func() (int64, error) // nil: no bound
	floor int64                 // bytes that are to stay free

	mu       sync.Mutex
	promised int64            // bytes, to uploads and to jobs
	forJobs  int64            // of them, to jobs
	of       map[string]int64 // bytes promised to uploads, by access key
}

// NewSpace returns a bound by the free bytes of the disk, of which floor are never used. A nil
// free means no bound.
func NewSpace(free func() (int64, error), floor int64) *Space {
	return &Space{free: free, floor: floor}
}

// keyShare is how many quarters of the space a key may be promised for its uploads, so that a
// key that sends them slowly leaves something for the others.
const keyShare = 3

// Reserve promises space for an upload of size bytes by a key until release is called, or
// refuses the upload with a *refusal.Error.
func (s *Space) Reserve(accessKey string, size int64) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	free, err := s.check(s.floor, s.promised+size)
	if err != nil {
		return nil, err
	}
	// One upload by itself may have all.
	if s.free != nil && s.of[accessKey] > 0 && s.of[accessKey]+size > (free-s.floor)/4*keyShare {
		return nil, refusal.Throttled()
	}
	if s.of == nil {
		s.of = make(map[string]int64)
	}
	s.promised += size
	s.of[accessKey] += size
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.promised -= size
		if s.of[accessKey] -= size; s.of[accessKey] == 0 {
			delete(s.of, accessKey)
		}
	}, nil
}

// ReserveForJob promises space for what a job writes, until release is called. Half of the
// floor is for jobs, and what was promised to uploads does not count, so that uploads keep
// nobody from getting archives back.
func (s *Space) ReserveForJob(size int64) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.check(s.floor/2, s.forJobs+size); err != nil {
		return nil, err
	}
	s.forJobs += size
	s.promised += size
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forJobs -= size
		s.promised -= size
	}, nil
}

// check returns how many bytes of the disk are free, 0 without a bound, and refuses what would
// leave fewer than floor of them.
func (s *Space) check(floor, taken int64) (free int64, err error) {
	if s.free == nil {
		return 0, nil
	}
	if free, err = s.free(); err != nil {
		return 0, fmt.Errorf("looking how much of the disk is free: %w", err)
	}
	if free-taken >= floor {
		return free, nil
	}
	return 0, refusal.NoRoomAbove(floor, fmt.Errorf("%d bytes are free, %d are promised or asked for, and %d are to stay free", free, taken, floor))
}

// HasRoomForLog reports whether a line of the access log may be written. Below the floor no
// line is written of a request whose signature was not verified. The lines of the others say
// who did what: half of the floor is for them, and they are written if the free bytes cannot
// be told.
func (s *Space) HasRoomForLog(verified bool) bool {
	if s.free == nil {
		return true
	}
	free, err := s.free()
	if verified {
		return err != nil || free >= s.floor/2
	}
	return err == nil && free >= s.floor
}

// NothingLeft returns an error if the disk has only the floor left. What was promised does not
// count, since a client may never send it.
func (s *Space) NothingLeft() error {
	_, err := s.check(s.floor, 0)
	return err
}
