package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is how many 32-bit words a register of AVX-512 has: so many runs are
// hashed side by side, one in each lane. They need nothing of each other, so that
// what keeps the processor waiting in one run alone is no matter.
const lanes = 16

// wide writes kernels with AVX-512F and BW.
type wide struct {
	*file
	k256, shuffle operand.Mem
}

// writeWide writes everything for processors with AVX-512.
func writeWide(f *file) {
	w := wide{file: f, k256: f.constants(), shuffle: f.bigEndian()}
	w.blockLanes()
	w.blockTogether()
}

// vector is a register that holds one word of each lane.
type vector = reg.VecPhysical

// state is the words a to h of every lane.
type state [8]vector

// Registers that all kernels of this kind use alike.
var (
	states = state{reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23}
	// forRounds and forSchedule are scratch of their own, so that both can be under
	// way at a time.
	forRounds   = [4]vector{reg.Z24, reg.Z25, reg.Z26, reg.Z27}
	forSchedule = [3]vector{reg.Z28, reg.Z29, reg.Z30}
	wideShuffle = reg.Z31

	first  = reg.RSI // where the block of the first lane begins
	stride = reg.RDX // how far the next lane is from each
	count  = reg.RCX // blocks left
	cursor = reg.RAX // a lane, then the round constants
	repeat = reg.R8
)

// words is the message schedule: word t of every lane is in words[t%16]. The
// order is that in which transpose leaves them.
func words() [16]vector {
	return [16]vector{
		reg.Z0, reg.Z2, reg.Z1, reg.Z3, reg.Z4, reg.Z6, reg.Z5, reg.Z7,
		reg.Z8, reg.Z10, reg.Z9, reg.Z11, reg.Z12, reg.Z14, reg.Z13, reg.Z15,
	}
}

// read reads a block of each lane, as a row of 16 words a register.
func (w wide) read() {
	w.Comment("A block of each lane.")
	w.MOVQ(first, cursor)
	for lane := range lanes {
		w.VMOVDQU32(operand.Mem{Base: cursor}, row(lane))
		w.ADDQ(stride, cursor)
		w.VPSHUFB(wideShuffle, row(lane), row(lane))
	}
}

// row returns the register of that number.
func row(i int) vector {
	return [16]vector{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	}[i]
}

// transpose turns rows, each of them a lane, into words, each of them of all
// lanes. Swaps between two registers make it, as for a matrix whose quarters are
// exchanged, then their quarters: words and pairs of words are interleaved within
// each 16 bytes; then the even 16 bytes of both come together, and the odd.
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

// The tables of VPTERNLOGD: one bit for each value that three bits can have.
const (
	exclusiveOr = operand.U8(0x96) // x ^ y ^ z
	choose      = operand.U8(0xca) // x ? y : z
	majority    = operand.U8(0xe8)
)

// round is round i. What it adds to h, which is the message word and the round
// constant, add adds. The new a takes the place of h and the new e that of d, so
// the names move on by one from round to round, and after 8 of them all are where
// they were.
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

// bigSigma leaves x, turned by three distances and put together, in the first
// register for rounds.
func (w wide) bigSigma(p, q, r uint8, x vector) {
	t := forRounds
	w.VPRORD(operand.U8(p), x, t[0])
	w.VPRORD(operand.U8(q), x, t[1])
	w.VPRORD(operand.U8(r), x, t[2])
	w.VPTERNLOGD(exclusiveOr, t[2], t[1], t[0])
}

// schedule makes message word t+16 in the place of word t.
func (w wide) schedule(t int) {
	word := func(t int) vector { return words()[t%16] }
	s, place := forSchedule, word(t)
	w.VPADDD(word(t+9), place, place)
	w.smallSigma(7, 18, 3, word(t+1))
	w.VPADDD(s[0], place, place)
	w.smallSigma(17, 19, 10, word(t+14))
	w.VPADDD(s[0], place, place)
}

// smallSigma leaves x, turned by two distances, shifted by one and put together,
// in the first register for the schedule.
func (w wide) smallSigma(p, q, shift uint8, x vector) {
	s := forSchedule
	w.VPRORD(operand.U8(p), x, s[0])
	w.VPRORD(operand.U8(q), x, s[1])
	w.VPSRLD(operand.U8(shift), x, s[2])
	w.VPTERNLOGD(exclusiveOr, s[2], s[1], s[0])
}

// load reads a state.
func (w wide) load(from reg.Register, s state) {
	for i, r := range s {
		w.VMOVDQU32(operand.Mem{Base: from, Disp: 4 * lanes * i}, r)
	}
}

// addTo adds the state to that which memory kept meanwhile, there and in s.
func (w wide) addTo(memory reg.Register, s state) {
	for i, r := range s {
		w.VPADDD(operand.Mem{Base: memory, Disp: 4 * lanes * i}, r, r)
	}
	for i, r := range s {
		w.VMOVDQU32(r, operand.Mem{Base: memory, Disp: 4 * lanes * i})
	}
}
