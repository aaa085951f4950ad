package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockLanes writes the kernel that hashes 16 runs side by side.
func (w wide) blockLanes() {
	w.function("blockLanes", "func(state *[8][16]uint32, p *byte, stride, n uintptr)",
		"blockLanes feeds n blocks of 64 bytes of each lane to the lane's state. Lane 0",
		"begins at p and each other one stride bytes behind the one before; nothing",
		"needs to be aligned. The processor has the instructions of AVX-512F and BW.")
	state := reg.RDI
	w.Comment(
		"Z16 to Z23 are the words a to h of 16 lanes, Z0 to Z15 the message words, in",
		"the order in which the transposition leaves them. Z24 to Z27 are scratch of the",
		"rounds, Z28 to Z30 of the message schedule, Z31 is the shuffle of bytes.")
	w.Load(w.Param("state"), state)
	w.Load(w.Param("p"), first)
	w.Load(w.Param("stride"), stride)
	w.Load(w.Param("n"), count)
	w.TESTQ(count, count)
	w.JZ(operand.LabelRef("done"))
	w.VBROADCASTI32X4(w.shuffle, wideShuffle)
	w.load(state, states)

	w.Label("block")
	w.read()
	w.transpose()
	w.LEAQ(w.k256, cursor)
	w.MOVQ(operand.I32(3), repeat)
	add := func(i int) func(vector) {
		return func(h vector) {
			w.VPADDD_BCST(operand.Mem{Base: cursor, Disp: 4 * i}, h, h)
			w.VPADDD(words()[i], h, h)
		}
	}

	w.Label("rounds")
	for i := range 16 {
		w.Commentf("Round %d, %d or %d, and message word %d, %d or %d.", i, i+16, i+32, i+16, i+32, i+48)
		w.round(i, states, add(i))
		w.schedule(i)
	}
	w.ADDQ(operand.U8(64), cursor)
	w.DECQ(repeat)
	w.JNZ(operand.LabelRef("rounds"))
	for i := range 16 {
		w.Commentf("Round %d.", i+48)
		w.round(i, states, add(i))
	}

	w.Comment("The next block.")
	w.addTo(state, states)
	w.ADDQ(operand.U8(64), first)
	w.DECQ(count)
	w.JNZ(operand.LabelRef("block"))
	w.VZEROUPPER()

	w.Label("done")
	w.RET()
}
