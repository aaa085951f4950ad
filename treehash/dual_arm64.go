//go:build !purego && !nokernels

package treehash

// blockDual feeds n blocks of 64 bytes from p on to both states. p need not be aligned. The
// processor must have the SHA2 instructions.
//
//go:noescape
func blockDual(linear, leaf *[8]uint32, p *byte, n uintptr)

// blockTwo feeds n blocks of 64 bytes from p on to the first state, and n blocks from q on
// to the second. Nothing needs to be aligned. The processor must have the SHA2
// instructions.
//
//go:noescape
func blockTwo(first, second *[8]uint32, p, q *byte, n uintptr)
