package server

import (
	"fmt"
	"sync"
)

// room is what the disk of the vaults has left, less what was promised to requests
// that are being received. What one of them has written already counts twice until
// its end: rather refuse one that would have fitted than fill the disk.
type room struct {
	free  func() (int64, error) // nil: nobody looks
	floor int64                 // bytes that are to stay free

	mu       sync.Mutex
	promised int64            // bytes, to uploads and to jobs
	forJobs  int64            // of them, to jobs
	of       map[string]int64 // bytes promised to uploads, by access key
}

// newRoom returns a bound by what free says that the disk has left; a nil free means that
// there is none.
func newRoom(free func() (int64, error), floor int64) *room { return &room{free: free, floor: floor} }

// keyShare is which part of the room a key may be promised for its uploads, in quarters:
// one that sends them slowly leaves the others something.
const keyShare = 3

// reserve promises room for an upload of size bytes by a key until release is called, or
// refuses it.
func (r *room) reserve(accessKey string, size int64) (release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.check(r.floor, r.promised+size)
	if err != nil {
		return nil, err
	}
	// One upload by itself may have all.
	if r.free != nil && r.of[accessKey] > 0 && r.of[accessKey]+size > (free-r.floor)/4*keyShare {
		return nil, throttled()
	}
	if r.of == nil {
		r.of = make(map[string]int64)
	}
	r.promised += size
	r.of[accessKey] += size
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.promised -= size
		if r.of[accessKey] -= size; r.of[accessKey] == 0 {
			delete(r.of, accessKey)
		}
	}, nil
}

// reserveForJob promises room for what a job writes. What uploads were promised and have
// not written does not count: they keep nobody from getting archives back.
func (r *room) reserveForJob(size int64) (release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.check(r.floor/2, r.forJobs+size); err != nil {
		return nil, err
	}
	r.forJobs += size
	r.promised += size
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.forJobs -= size
		r.promised -= size
	}, nil
}

// check returns how many bytes of the disk are free, 0 if nobody looks, and refuses what
// would leave fewer than floor of them.
func (r *room) check(floor, taken int64) (free int64, err error) {
	if r.free == nil {
		return 0, nil
	}
	if free, err = r.free(); err != nil {
		return 0, fmt.Errorf("looking how much of the disk is free: %w", err)
	}
	if free-taken >= floor {
		return free, nil
	}
	return 0, noRoomAbove(floor, fmt.Errorf("%d bytes are free, %d are promised or asked for, and %d are to stay free", free, taken, floor))
}

// hasRoomForLog reports whether a line of the access log may be written. Lines of strangers
// end at the free floor. Those of keys tell who did what, so half of the floor is for them,
// and they are written when nobody knows how much is free.
func (r *room) hasRoomForLog(verified bool) bool {
	if r.free == nil {
		return true
	}
	free, err := r.free()
	if verified {
		return err != nil || free >= r.floor/2
	}
	return err == nil && free >= r.floor
}

// nothingLeft reports, as an error, that the disk is as full as it may be. What was only
// promised does not count: whoever was promised it may never send it.
func (r *room) nothingLeft() error {
	_, err := r.check(r.floor, 0)
	return err
}
