package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockDual writes the kernel that computes two hashes of the same blocks, for runs that
// began at different positions. Both hashes consist of the same blocks, so the message
// schedule of a block is computed once and used for both states. The two chains of rounds
// are independent: one computes while the other waits for an instruction to finish.
func (s sha) blockDual() {
	s.function("blockDual", "func(linear, leaf *[8]uint32, p *byte, n uintptr)",
		"blockDual feeds n blocks of 64 bytes from p on, which need not be aligned, to",
		"both states. The processor has the SHA and SSSE3 instructions.")
	linear := chain{reg.RDI, reg.X3, reg.X4}
	leaf := chain{reg.RDX, reg.X5, reg.X6}
	m := message{reg.X7, reg.X8, reg.X9, reg.X10}
	before := [4]reg.VecPhysical{reg.X11, reg.X12, reg.X13, reg.X14}
	state := [4]reg.VecPhysical{linear.abef, linear.cdgh, leaf.abef, leaf.cdgh}
	p := reg.RSI

	s.Comment(
		"X3 and X4 are the state of the linear hash, as words ABEF and CDGH; X5 and X6",
		"are that of the leaf. X7 to X10 are four quads of message words, used in turn,",
		"X0 is message words and constants, X1 the shuffle of bytes.")
	s.Load(s.Param("linear"), linear.words)
	s.Load(s.Param("leaf"), leaf.words)
	s.Load(s.Param("p"), p)
	s.Load(s.Param("n"), blocks)
	s.TESTQ(blocks, blocks)
	s.JZ(operand.LabelRef("done"))
	s.begin()
	s.load(linear)
	s.load(leaf)

	s.Label("block")
	s.Comment("X11 to X14 keep both states as they were before the block.")
	for i, r := range state {
		s.MOVO(r, before[i])
	}
	for i := range 16 {
		s.Commentf("Rounds %d to %d of both hashes.", 4*i, 4*i+3)
		s.read(i, p, m)
		s.rounds(i, m, linear, leaf)
		s.schedule(i, m)
	}
	s.Comment("The next block.")
	for i, r := range state {
		s.PADDD(before[i], r)
	}
	s.ADDQ(operand.U8(64), p)
	s.DECQ(blocks)
	s.JNZ(operand.LabelRef("block"))
	s.store(linear)
	s.store(leaf)

	s.Label("done")
	s.RET()
}
