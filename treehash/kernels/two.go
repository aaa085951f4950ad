package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockTwo writes the kernel that hashes two independent runs. Each has its own message
// schedule. The rounds of one run compute while those of the other wait.
func (s sha) blockTwo() {
	s.function("blockTwo", "func(first, second *[8]uint32, p, q *byte, n uintptr)",
		"blockTwo feeds n blocks of 64 bytes from p on to the first state, and as many",
		"from q on to the second. Nothing needs to be aligned. The processor has the SHA",
		"and SSSE3 instructions.")
	chains := [2]chain{{reg.RDI, reg.X3, reg.X4}, {reg.RDX, reg.X5, reg.X6}}
	runs := [2]reg.Register{reg.RSI, reg.RBX}
	messages := [2]message{{reg.X7, reg.X8, reg.X9, reg.X10}, {reg.X11, reg.X12, reg.X13, reg.X14}}
	state := [4]reg.VecPhysical{chains[0].abef, chains[0].cdgh, chains[1].abef, chains[1].cdgh}
	before := s.AllocLocal(16 * len(state))

	s.Comment(
		"X3 and X4 are the state of the first run, as words ABEF and CDGH, X7 to X10 are",
		"four quads of its message words, used in turn. X5 and X6, and X11 to X14, are",
		"the same of the second run. X0 is message words and constants, X1 the shuffle",
		"of bytes.")
	s.Load(s.Param("first"), chains[0].words)
	s.Load(s.Param("second"), chains[1].words)
	s.Load(s.Param("p"), runs[0])
	s.Load(s.Param("q"), runs[1])
	s.Load(s.Param("n"), blocks)
	s.TESTQ(blocks, blocks)
	s.JZ(operand.LabelRef("done"))
	s.begin()
	s.load(chains[0])
	s.load(chains[1])

	s.Label("block")
	s.Comment("The frame keeps both states as they were before the block.")
	for i, r := range state {
		s.MOVOU(r, before.Offset(16*i))
	}
	for i := range 16 {
		for run, c := range chains {
			s.Commentf("Rounds %d to %d of the %s run.", 4*i, 4*i+3, [2]string{"first", "second"}[run])
			s.read(i, runs[run], messages[run])
			s.rounds(i, messages[run], c)
			s.schedule(i, messages[run])
		}
	}
	s.Comment("The next block.")
	for i, r := range state {
		s.MOVOU(before.Offset(16*i), scratch)
		s.PADDD(scratch, r)
	}
	s.ADDQ(operand.U8(64), runs[0])
	s.ADDQ(operand.U8(64), runs[1])
	s.DECQ(blocks)
	s.JNZ(operand.LabelRef("block"))
	s.store(chains[0])
	s.store(chains[1])

	s.Label("done")
	s.RET()
}
