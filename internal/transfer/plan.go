package transfer

import (
	"cmp"
	"fmt"
	"math/bits"

	"firn/internal/humane"
	"firn/treehash"
	"firn/vault"
)

const (
	mib = 1 << 20

	// preferredPart is the part size where nothing speaks against it. Parts of
	// 1 MiB cost about a quarter more CPU, and a request charge each.
	preferredPart = 16 * mib

	// streamPart is the part size of a stream of unknown length: 10,000 of them
	// are 1.2 TiB.
	streamPart = 128 * mib

	// patience is how long one part should take at most, in seconds, when the
	// rate of the line is known: a part that fails is sent again from its start.
	patience = 30
)

// Unknown is the size of a stream whose end was not seen yet.
const Unknown = -1

// Plan cuts an archive into parts.
type Plan struct {
	Size     int64 // bytes, or Unknown
	PartSize int64 // bytes; 1 MiB times a power of two
}

// Wish is what the caller would like of a plan. The zero Wish leaves all open.
type Wish struct {
	PartSize     int64   // bytes; 0: chosen
	ExpectedSize int64   // bytes; for a source of Unknown size; 0: no idea
	Rate         float64 // bytes per second of the line; 0: not known
	Concurrency  int     // parts in flight that share the line; 0: those that a transfer begins with
}

// NewPlan chooses the part size for size bytes (or Unknown) within the limits
// of a vault: the one wished for, else 16 MiB; larger where the number of parts
// would exceed the limit, smaller where the known rate makes a part of a busy
// line last for minutes. Part sizes are 1 MiB times a power of two at every
// kind, because only then the tree hash of the whole follows from its parts.
// What cannot fit is refused with an error that wraps vault.ErrInvalid.
func NewPlan(l vault.Limits, size int64, w Wish) (Plan, error) {
	if err := checkSize(l, size); err != nil {
		return Plan{}, err
	}
	reach := size // what the parts must be able to hold
	if size == Unknown {
		reach = w.ExpectedSize
		if reach > largestArchive(l) {
			return Plan{}, tooLarge(l, reach)
		}
	}
	least := leastPart(l, reach)
	if w.PartSize != 0 {
		if err := checkPartSize(l, w.PartSize, least, reach); err != nil {
			return Plan{}, err
		}
		return Plan{Size: size, PartSize: w.PartSize}, nil
	}
	if size == Unknown && reach == 0 { // nothing may make the reach smaller
		return Plan{Size: size, PartSize: min(max(streamPart, least), largestPart(l))}, nil
	}
	part := int64(preferredPart)
	share := float64(cmp.Or(w.Concurrency, firstConcurrency))
	for w.Rate > 0 && part > mib && float64(part)*share > patience*w.Rate {
		part /= 2
	}
	return Plan{Size: size, PartSize: min(max(part, least), largestPart(l))}, nil
}

// InFlight returns how many of up to concurrency parts should be on their way at
// once on a line that is limited to rate bytes per second: so few that a part
// still is acknowledged now and then. All of them share the line, and what is
// not acknowledged when the process dies is sent again. Without a limit it is
// concurrency itself.
func (p Plan) InFlight(concurrency int, rate float64) int {
	if rate <= 0 {
		return concurrency
	}
	return max(1, min(concurrency, int(patience*rate/float64(p.PartSize))))
}

// Fits reports whether the plan is one that the limits allow; an upload found
// at a vault may have been planned by another program.
func (p Plan) Fits(l vault.Limits) bool {
	_, err := NewPlan(l, p.Size, Wish{PartSize: p.PartSize})
	return p.PartSize > 0 && err == nil
}

// Parts returns the number of parts; the plan's Size is known.
func (p Plan) Parts() int {
	return int(PartCount(p.Size, p.PartSize))
}

// PartCount returns how many parts of partSize bytes size bytes make.
func PartCount(size, partSize int64) int64 { return (size + partSize - 1) / partSize }

// modestPart is what proxies that limit requests mostly let through.
const modestPart = 64 * mib

// SmallerPart returns a part size, within the limits, for reach bytes that were refused
// in parts of a size that is too large for something on the way. It is not smaller where
// no smaller parts can hold them.
func SmallerPart(l vault.Limits, reach, tooLarge int64) int64 {
	least := leastPart(l, max(reach, 0))
	if tooLarge > modestPart {
		return max(least, modestPart)
	}
	return least
}

// Part returns where part i of a plan of known size begins and how long it is.
func (p Plan) Part(i int) (offset, size int64) {
	offset = int64(i) * p.PartSize
	return offset, min(p.PartSize, p.Size-offset)
}

func checkSize(l vault.Limits, size int64) error {
	switch {
	case size == Unknown:
		return nil
	case size < l.MinArchiveSize:
		return fmt.Errorf("the source has %d bytes and the vault takes archives from %d byte up: %w",
			size, l.MinArchiveSize, vault.ErrInvalid)
	case size > largestArchive(l):
		return tooLarge(l, size)
	}
	return nil
}

func tooLarge(l vault.Limits, size int64) error {
	return fmt.Errorf("%s are more than one archive of this vault can hold (%s): %w",
		humane.Bytes(size), humane.Bytes(largestArchive(l)), vault.ErrInvalid)
}

// largestArchive is what an archive can have within the limits: also the largest parts
// are nodes of its tree, and there are no more of them than the vault takes.
func largestArchive(l vault.Limits) int64 {
	if largestPart(l) > l.MaxArchiveSize/int64(l.MaxParts) { // the product might be no int64
		return l.MaxArchiveSize
	}
	return largestPart(l) * int64(l.MaxParts)
}

// leastPart is the smallest part size, 1 MiB times a power of two, whose
// permitted number of parts holds reach bytes.
func leastPart(l vault.Limits, reach int64) int64 {
	least := max(mib, powerOfTwoFrom(l.MinPartSize))
	for least < largestPart(l) && PartCount(reach, least) > int64(l.MaxParts) {
		least *= 2
	}
	return least
}

// largestPart is the largest power of two within the limits.
func largestPart(l vault.Limits) int64 {
	return 1 << (bits.Len64(uint64(l.MaxPartSize)) - 1)
}

func powerOfTwoFrom(n int64) int64 {
	return 1 << bits.Len64(uint64(max(n, 1)-1))
}

func checkPartSize(l vault.Limits, part, least, reach int64) error {
	switch {
	case part < treehash.LeafSize || part != powerOfTwoFrom(part):
		return fmt.Errorf("a part size of %s is not 1 MiB times a power of two: %w", humane.Bytes(part), vault.ErrInvalid)
	case part < l.MinPartSize || part > l.MaxPartSize:
		return fmt.Errorf("a part size of %s is outside what the vault takes, %s to %s: %w",
			humane.Bytes(part), humane.Bytes(l.MinPartSize), humane.Bytes(largestPart(l)), vault.ErrInvalid)
	case part < least:
		return fmt.Errorf("%s would make %d parts of %s each and the vault takes %d: a part size of %s or more fits: %w",
			humane.Bytes(reach), PartCount(reach, part), humane.Bytes(part), l.MaxParts, humane.Bytes(least), vault.ErrInvalid)
	}
	return nil
}
