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
	promised int64 // bytes
}

// reserve promises room for an upload of size bytes until release is called, or
// refuses it.
func (r *room) reserve(size int64) (release func(), err error) {
	return r.reserveAbove(r.floor, size)
}

// reserveAbove is reserve with another floor.
func (r *room) reserveAbove(floor, size int64) (release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.check(floor, size); err != nil {
		return nil, err
	}
	r.promised += size
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.promised -= size
	}, nil
}

// check is reserve without a promise, for a caller that holds mu.
func (r *room) check(floor, size int64) error {
	if r.free == nil {
		return nil
	}
	free, err := r.free()
	if err != nil {
		return fmt.Errorf("looking how much of the disk is free: %w", err)
	}
	if free-r.promised-size >= floor {
		return nil
	}
	refusal := noRoom(fmt.Errorf("%d bytes are free, %d are promised, %d are to stay so, and %d came", free, r.promised, floor, size))
	refusal.message = fmt.Sprintf("The server has no room for this: it keeps %d bytes of its disk free.", floor)
	return refusal
}

// nothingLeft reports, as an error, that not even an empty upload would be taken.
func (r *room) nothingLeft() error {
	release, err := r.reserve(0)
	if err == nil {
		release()
	}
	return err
}
