package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is the number of 32-bit words in a register of AVX-512, and so the number of runs
// that are hashed side by side, one in each lane. The runs are independent, so the latency
// of one does not slow the others.
const lanes = 16

// wide writes kernels with AVX-512F and AVX-512BW.
type wide struct {
	*file
	k256, shuffle operand.Mem
}

func writeWide(f *file) {
	w := wide{file: f, k256: f.constants(), shuffle: f.bigEndian()}
	w.blockLanes()
	w.blockTogether()
}

// vector is a register that holds one word of each lane.
type vector = reg.VecPhysical

// state is the words a to h of every lane.
type state [8]vector

// Registers with the same use in all kernels of this kind.
var (
	states = state{reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23}
	// forRounds and forSchedule are separate scratch registers, so that rounds and schedule
	// can be computed at the same time.
	forRounds   = [4]vector{reg.Z24, reg.Z25, reg.Z26, reg.Z27}
	forSchedule = [3]vector{reg.Z28, reg.Z29, reg.Z30}
	wideShuffle = reg.Z31

	first  = reg.RSI // where the block of the first lane begins
	stride = reg.RDX // distance in bytes between the blocks of two lanes
	count  = reg.RCX // blocks left
	cursor = reg.RAX // the block of a lane, then the round constants
	repeat = reg.R8
)

// words returns the registers of the message schedule: word t of every lane is in
// words[t%16]. transpose leaves them in this order.
func words() [16]vector {
	return [16]vector{
		reg.Z0, reg.Z2, reg.Z1, reg.Z3, reg.Z4, reg.Z6, reg.Z5, reg.Z7,
		reg.Z8, reg.Z10, reg.Z9, reg.Z11, reg.Z12, reg.Z14, reg.Z13, reg.Z15,
	}
}

// read reads a block of each lane: each register gets the 16 words of one lane, a row.
func (w wide) read() {
	w.Comment("A block of each lane.")
	w.MOVQ(first, cursor)
	for lane := range lanes {
		w.VMOVDQU32(operand.Mem{Base: cursor}, row(lane))
		w.ADDQ(stride, cursor)
		w.VPSHUFB(wideShuffle, row(lane), row(lane))
	}
}

// row returns register number i.
func row(i int) vector {
	return [16]vector{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	}[i]
}

// transpose turns rows, each with the words of one lane, into vectors, each with one word
// of all lanes. It swaps parts of two registers at a time, as one transposes a matrix by
// exchanging its quarters, then their quarters, and so on. The first two steps interleave
// words and pairs of words within each 16 bytes; the other two collect the even and the odd
// 16 bytes of both registers.
func (w wide) transpose() {
	words := func(x, y vector) {
		w.VPUNPCKHDQ(y, x, forRounds[0])
		w.VPUNPCKLDQ(y, x, x)
	}
	pairs := func(x, y vector) {
		w.VPUNPCKHQDQ(y, x, forRounds[0])
		w.VPUNPCKLQDQ(y, x, x)
	}
	quads := func(x, y vector) {
		w.VSHUFI32X4(operand.U8(0xdd), y, x, forRounds[0])
		w.VSHUFI32X4(operand.U8(0x88), y, x, x)
	}
	for _, swaps := range []struct {
		name  string
		swap  func(x, y vector)
		apart int
	}{
		{"words", words, 1},
		{"pairs of words", pairs, 2},
		{"16 bytes", quads, 4},
		{"16 bytes once more", quads, 8},
	} {
		w.Commentf("Transposition: %s, of rows %d apart.", swaps.name, swaps.apart)
		for i := range lanes {
			if i&swaps.apart == 0 {
				swaps.swap(row(i), row(i+swaps.apart))
				w.VMOVDQA32(forRounds[0], row(i+swaps.apart))
			}
		}
	}
}

// The truth tables of VPTERNLOGD: one bit for each value of three bits.
const (
	exclusiveOr = operand.U8(0x96) // x ^ y ^ z
	choose      = operand.U8(0xca) // x ? y : z
	majority    = operand.U8(0xe8)
)

// round computes round i. add adds the message word and the round constant to h. The new a
// takes the register of h and the new e that of d, so the names move by one register from
// round to round and return to their registers after 8 rounds.
func (w wide) round(i int, s state, add func(h vector)) {
	at := func(name byte) vector { return s[(int(name-'a')+8-i%8)%8] }
	a, b, c, d, e, f, g, h := at('a'), at('b'), at('c'), at('d'), at('e'), at('f'), at('g'), at('h')
	t := forRounds
	add(h)
	w.bigSigma(6, 11, 25, e)
	w.VMOVDQA32(e, t[3])
	w.VPTERNLOGD(choose, g, f, t[3])
	w.VPADDD(t[3], h, h)
	w.VPADDD(t[0], h, h)
	w.VPADDD(h, d, d)
	w.bigSigma(2, 13, 22, a)
	w.VMOVDQA32(a, t[3])
	w.VPTERNLOGD(majority, c, b, t[3])
	w.VPADDD(t[3], h, h)
	w.VPADDD(t[0], h, h)
}

// bigSigma computes the exclusive or of three rotations of x. The result is in
// forRounds[0].
func (w wide) bigSigma(p, q, r uint8, x vector) {
	t := forRounds
	w.VPRORD(operand.U8(p), x, t[0])
	w.VPRORD(operand.U8(q), x, t[1])
	w.VPRORD(operand.U8(r), x, t[2])
	w.VPTERNLOGD(exclusiveOr, t[2], t[1], t[0])
}

// schedule computes message word t+16 in the register of word t.
func (w wide) schedule(t int) {
	word := func(t int) vector { return words()[t%16] }
	s, place := forSchedule, word(t)
	w.VPADDD(word(t+9), place, place)
	w.smallSigma(7, 18, 3, word(t+1))
	w.VPADDD(s[0], place, place)
	w.smallSigma(17, 19, 10, word(t+14))
	w.VPADDD(s[0], place, place)
}

// smallSigma computes the exclusive or of two rotations and one shift of x. The result is
// in forSchedule[0].
func (w wide) smallSigma(p, q, shift uint8, x vector) {
	s := forSchedule
	w.VPRORD(operand.U8(p), x, s[0])
	w.VPRORD(operand.U8(q), x, s[1])
	w.VPSRLD(operand.U8(shift), x, s[2])
	w.VPTERNLOGD(exclusiveOr, s[2], s[1], s[0])
}

func (w wide) load(from reg.Register, s state) {
	for i, r := range s {
		w.VMOVDQU32(operand.Mem{Base: from, Disp: 4 * lanes * i}, r)
	}
}

// addTo adds the state in memory to s, and stores the sum in both.
func (w wide) addTo(memory reg.Register, s state) {
	for i, r := range s {
		w.VPADDD(operand.Mem{Base: memory, Disp: 4 * lanes * i}, r, r)
	}
	for i, r := range s {
		w.VMOVDQU32(r, operand.Mem{Base: memory, Disp: 4 * lanes * i})
	}
}
