package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockTogether writes the kernel that computes two hashes of each of 16 runs side by side.
// As in blockDual both hashes of a run consist of the same blocks, so that one
// transposition and one message schedule serve both. There are not enough registers for two
// states at a time. So the rounds of the first state store their message words, with the
// round constants added, in memory, and the rounds of the second state read them from
// there.
func (w wide) blockTogether() {
	w.function("blockTogether", "func(linear, leaf *[8][16]uint32, schedule *[64][16]uint32, p *byte, stride, n uintptr)",
		"blockTogether feeds n blocks of 64 bytes of each lane to both states of the",
		"lane, and leaves useless values in schedule. Lane 0 begins at p and each other",
		"one stride bytes behind the one before; nothing needs to be aligned, but if",
		"schedule is to 64 bytes, that is faster. The processor has the instructions of",
		"AVX-512F and BW.")
	linear, leaf, schedule, put := reg.RDI, reg.RBX, reg.R9, reg.R10
	w.Comment(
		"Z16 to Z23 are the words a to h of 16 lanes, of either state in turn, Z0 to Z15",
		"the message words, in the order in which the transposition leaves them. Z24 to",
		"Z27 are scratch of the rounds, Z28 to Z30 of the message schedule, Z31 is the",
		"shuffle of bytes.")
	w.Load(w.Param("linear"), linear)
	w.Load(w.Param("leaf"), leaf)
	w.Load(w.Param("schedule"), schedule)
	w.Load(w.Param("p"), first)
	w.Load(w.Param("stride"), stride)
	w.Load(w.Param("n"), count)
	w.TESTQ(count, count)
	w.JZ(operand.LabelRef("done"))
	w.VBROADCASTI32X4(w.shuffle, wideShuffle)

	w.Label("block")
	w.load(linear, states)
	w.read()
	w.transpose()
	w.LEAQ(w.k256, cursor)
	w.MOVQ(schedule, put)
	w.MOVQ(operand.I32(3), repeat)
	add := func(i int) func(vector) {
		return func(h vector) {
			sum := forRounds[0]
			w.VPADDD_BCST(operand.Mem{Base: cursor, Disp: 4 * i}, words()[i], sum)
			w.VMOVDQU32(sum, operand.Mem{Base: put, Disp: 4 * lanes * i})
			w.VPADDD(sum, h, h)
		}
	}

	w.Label("rounds")
	for i := range 16 {
		w.Commentf("Round %d, %d or %d, and message word %d, %d or %d.", i, i+16, i+32, i+16, i+32, i+48)
		w.round(i, states, add(i))
		w.schedule(i)
	}
	w.ADDQ(operand.U8(64), cursor)
	w.ADDQ(operand.I32(16*4*lanes), put)
	w.DECQ(repeat)
	w.JNZ(operand.LabelRef("rounds"))
	for i := range 16 {
		w.Commentf("Round %d.", i+48)
		w.round(i, states, add(i))
	}
	w.addTo(linear, states)

	w.Comment("The same rounds of the other state.")
	w.load(leaf, states)
	w.MOVQ(schedule, put)
	w.MOVQ(operand.I32(8), repeat)
	w.Label("again")
	for i := range 8 {
		w.Commentf("Round %d, and every eighth after it.", i)
		w.round(i, states, func(h vector) {
			w.VPADDD(operand.Mem{Base: put, Disp: 4 * lanes * i}, h, h)
		})
	}
	w.ADDQ(operand.I32(8*4*lanes), put)
	w.DECQ(repeat)
	w.JNZ(operand.LabelRef("again"))
	w.addTo(leaf, states)

	w.Comment("The next block.")
	w.ADDQ(operand.U8(64), first)
	w.DECQ(count)
	w.JNZ(operand.LabelRef("block"))
	w.VZEROUPPER()

	w.Label("done")
	w.RET()
}
