package treehash

import "golang.org/x/sys/cpu"

// haveLanes reports whether blockLanes may be called. It is a constant of the
// machine.
func haveLanes() bool { return cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW }

// blockLanes feeds n blocks of 64 bytes of each lane to the lane's state. Lane 0
// begins at p and each other one stride bytes behind the one before; nothing
// needs to be aligned. The processor has the instructions of AVX-512F and BW.
//
//go:noescape
func blockLanes(state *[8][lanes]uint32, p *byte, stride, n uintptr)
