package transfer

import (
	"cmp"
	"math/bits"

	"firn/internal/humane"
	"firn/treehash"
	"firn/vault"
)

const (
	mib = 1 << 20

	// preferredPart is the usual part size. Parts of 1 MiB need about a quarter more
	// processor time, and each costs a request charge.
	preferredPart = 16 * mib

	// streamPart is the largest part size of a stream of unknown length: 10,000 parts are 1.2
	// TiB.
	streamPart = 128 * mib

	// longestPart is the desired longest duration of a part in seconds, if the rate of the
	// connection is known: a part that fails is sent again from its start.
	longestPart = 30

	// longestStreamPart is the same for a part of a stream of unknown length. It is longer,
	// because smaller parts can hold less of the stream.
	longestStreamPart = 64
)

// Unknown is the size of a stream that has not ended yet.
const Unknown = -1

// Plan divides an archive into parts.
type Plan struct {
	Size     int64 // bytes, or Unknown
	PartSize int64 // bytes; 1 MiB times a power of two
}

// Wish is the caller's preferences for a plan. Zero fields mean no preference.
type Wish struct {
	PartSize     int64   // bytes; 0: no preference
	ExpectedSize int64   // bytes; estimate for a source of Unknown size; 0: no estimate
	Rate         float64 // expected bytes per second, at most LimitRate; 0: unknown
	LimitRate    float64 // bytes per second that the transfer never exceeds; 0: no limit
	Concurrency  int     // parts in flight that share the connection; 0: the number with which a transfer begins
}

// NewPlan chooses the part size for size bytes (or Unknown) within the limits of a vault.
// It is the preferred one, else 16 MiB; larger if there would be too many parts, smaller if
// at the known rate and concurrency a part would take longer than half a minute. Part sizes
// are 1 MiB times a power of two at every kind, because only then the tree hash of the
// whole follows from the tree hashes of its parts. An impossible plan is an error that
// wraps vault.ErrInvalid.
//
// A stream of unknown length gets parts of 128 MiB, so that 10,000 parts hold 1.2 TiB. They are
// smaller at a low rate, so that the vault has a part after about a minute. A limit of the rate
// also limits how much the stream can bring in a time, so then only the time matters: the parts
// hold what can be sent in three and a half days or more. Without a limit they are at least 64
// MiB (10,000 of them are 625 GiB), because the connection may be faster than expected.
// ExpectedSize makes room for more.
func NewPlan(l vault.Limits, size int64, w Wish) (Plan, error) {
	if err := checkSize(l, size); err != nil {
		return Plan{}, err
	}
	reach := size // bytes that the parts must be able to hold
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
	if size == Unknown && reach == 0 {
		return Plan{Size: size, PartSize: min(max(streamPartFor(w), least), largestPart(l))}, nil
	}
	part := int64(preferredPart)
	share := float64(cmp.Or(w.Concurrency, firstConcurrency))
	for w.Rate > 0 && part > mib && float64(part)*share > longestPart*w.Rate {
		part /= 2
	}
	return Plan{Size: size, PartSize: min(max(part, least), largestPart(l))}, nil
}

// streamPartFor returns the part size of a stream of unknown length.
func streamPartFor(w Wish) int64 {
	part := int64(streamPart)
	takesLong := func(rate float64) bool { return rate > 0 && float64(part) > longestStreamPart*rate }
	for part > mib && takesLong(w.Rate) && (part > modestPart || takesLong(w.LimitRate)) {
		part /= 2
	}
	return part
}

// Reach returns the number of bytes that as many parts as the limits allow can hold.
func (p Plan) Reach(l vault.Limits) int64 {
	if p.PartSize > l.MaxArchiveSize/int64(l.MaxParts) { // the product might overflow int64
		return l.MaxArchiveSize
	}
	return p.PartSize * int64(l.MaxParts)
}

// InFlight returns how many of up to concurrency parts should be in flight on a connection
// that is limited to rate bytes per second: few enough that a part is acknowledged
// regularly. All of them share the connection, and unacknowledged bytes are sent again
// after the process dies. If rate is 0 or less, it returns concurrency.
func (p Plan) InFlight(concurrency int, rate float64) int {
	if rate <= 0 {
		return concurrency
	}
	longest := float64(longestPart)
	if p.Size == Unknown {
		longest = longestStreamPart
	}
	return max(1, min(concurrency, int(longest*rate/float64(p.PartSize))))
}

// Fits reports whether the limits allow the plan. An upload found at a vault may have been
// planned by another program.
func (p Plan) Fits(l vault.Limits) bool {
	_, err := NewPlan(l, p.Size, Wish{PartSize: p.PartSize})
	return p.PartSize > 0 && err == nil
}

// Parts returns the number of parts. The plan's Size must be known.
func (p Plan) Parts() int {
	return int(PartCount(p.Size, p.PartSize))
}

// PartCount returns the number of parts of partSize bytes in size bytes.
func PartCount(size, partSize int64) int64 { return (size + partSize - 1) / partSize }

// modestPart is a part size that most proxies with a limit on requests let through.
const modestPart = 64 * mib

// SmallerPart returns a part size for reach bytes, within the limits, after a proxy or the
// service refused parts of tooLarge bytes. It is not smaller than tooLarge if smaller parts
// could not hold the bytes.
func SmallerPart(l vault.Limits, reach, tooLarge int64) int64 {
	least := leastPart(l, max(reach, 0))
	if tooLarge > modestPart {
		return max(least, modestPart)
	}
	return least
}

// Part returns the offset and the size of part i. The plan's Size must be known.
func (p Plan) Part(i int) (offset, size int64) {
	offset = int64(i) * p.PartSize
	return offset, min(p.PartSize, p.Size-offset)
}

func checkSize(l vault.Limits, size int64) error {
	switch {
	case size == Unknown:
		return nil
	case size < l.MinArchiveSize:
		return vault.Errorf(vault.ErrInvalid, "the source has %d bytes and the vault takes archives from %d byte up",
			size, l.MinArchiveSize)
	case size > largestArchive(l):
		return tooLarge(l, size)
	}
	return nil
}

func tooLarge(l vault.Limits, size int64) error {
	return vault.Errorf(vault.ErrInvalid, "%s are more than one archive of this vault can hold (%s)",
		humane.Bytes(size), humane.Bytes(largestArchive(l)))
}

// largestArchive returns the size of the largest possible archive: its parts are nodes of
// its tree, and there are no more of them than the vault accepts.
func largestArchive(l vault.Limits) int64 {
	return Plan{PartSize: largestPart(l)}.Reach(l)
}

// leastPart returns the smallest part size, 1 MiB times a power of two, with which the
// permitted number of parts holds reach bytes.
func leastPart(l vault.Limits, reach int64) int64 {
	least := max(mib, powerOfTwoFrom(l.MinPartSize))
	for least < largestPart(l) && PartCount(reach, least) > int64(l.MaxParts) {
		least *= 2
	}
	return least
}

// largestPart returns the largest power of two within the limits.
func largestPart(l vault.Limits) int64 {
	return 1 << (bits.Len64(uint64(l.MaxPartSize)) - 1)
}

func powerOfTwoFrom(n int64) int64 {
	return 1 << bits.Len64(uint64(max(n, 1)-1))
}

func checkPartSize(l vault.Limits, part, least, reach int64) error {
	switch {
	case part < treehash.LeafSize || part != powerOfTwoFrom(part):
		return vault.Errorf(vault.ErrInvalid, "a part size of %s is not 1 MiB times a power of two", humane.Bytes(part))
	case part < l.MinPartSize || part > l.MaxPartSize:
		return vault.Errorf(vault.ErrInvalid, "a part size of %s is outside what the vault takes, %s to %s",
			humane.Bytes(part), humane.Bytes(l.MinPartSize), humane.Bytes(largestPart(l)))
	case part < least:
		return vault.Errorf(vault.ErrInvalid, "%s would make %d parts of %s each and the vault takes %d: a part size of %s or more fits",
			humane.Bytes(reach), PartCount(reach, part), humane.Bytes(part), l.MaxParts, humane.Bytes(least))
	}
	return nil
}
