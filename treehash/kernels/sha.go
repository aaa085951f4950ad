package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sha writes kernels with the SHA instructions. They also use PSHUFB and PALIGNR, which
// belong to SSSE3. Every amd64 processor has all other instructions.
type sha struct {
	*file
	k256, shuffle operand.Mem
}

func writeSHA(f *file) {
	s := sha{file: f, k256: f.constants(), shuffle: f.bigEndian()}
	s.blockDual()
	s.blockTwo()
	s.cpuid()
}

// Registers with the same use in all kernels of this kind. SHA256RNDS2 implies X0.
var (
	wordsAndConstants = reg.X0
	shuffle           = reg.X1
	scratch           = reg.X2
	constants         = reg.RAX
	blocks            = reg.RCX
)

// chain is a SHA-256 computation. The instructions need the state a to h as two quads,
// named from the highest word to the lowest.
type chain struct {
	words      reg.Register // points to the state in memory, a to h
	abef, cdgh reg.VecPhysical
}

// message is 16 words of the message schedule in four quads, used in turn.
type message [4]reg.VecPhysical

// load reads a state from memory, where the words lie in the order a b c d and e f g h from
// the lowest to the highest, into the two quads.
func (s sha) load(c chain) {
	s.MOVOU(operand.Mem{Base: c.words}, c.abef)
	s.MOVOU(operand.Mem{Base: c.words, Disp: 16}, c.cdgh)
	s.PSHUFD(operand.U8(0x1b), c.abef, scratch)
	s.PSHUFD(operand.U8(0x1b), c.cdgh, c.cdgh)
	s.MOVO(c.cdgh, c.abef)
	s.PUNPCKHQDQ(scratch, c.abef)
	s.PUNPCKLQDQ(scratch, c.cdgh)
}

// store is the inverse of load.
func (s sha) store(c chain) {
	s.MOVO(c.cdgh, scratch)
	s.PUNPCKHQDQ(c.abef, scratch)
	s.PUNPCKLQDQ(c.abef, c.cdgh)
	s.PSHUFD(operand.U8(0x1b), scratch, c.abef)
	s.PSHUFD(operand.U8(0x1b), c.cdgh, c.cdgh)
	s.MOVOU(c.abef, operand.Mem{Base: c.words})
	s.MOVOU(c.cdgh, operand.Mem{Base: c.words, Disp: 16})
}

// rounds computes rounds 4i to 4i+3 of every chain with quad i of the message. SHA256RNDS2
// does two rounds: it takes ABEF and CDGH and puts the new ABEF into the register of CDGH;
// the old ABEF is the new CDGH. So after two of them both quads are in their own registers
// again. Each instruction waits for the one before it in the same chain; meanwhile the
// other chain computes.
func (s sha) rounds(i int, m message, chains ...chain) {
	s.MOVOU(operand.Mem{Base: constants, Disp: 16 * i}, wordsAndConstants)
	s.PADDD(m[i%4], wordsAndConstants)
	for _, c := range chains {
		s.SHA256RNDS2(wordsAndConstants, c.abef, c.cdgh)
	}
	s.PSHUFD(operand.U8(0x0e), wordsAndConstants, wordsAndConstants)
	for _, c := range chains {
		s.SHA256RNDS2(wordsAndConstants, c.cdgh, c.abef)
	}
}

// schedule runs after the rounds of quad i and computes the later quads as far as is
// possible by then. A quad t, which takes the register of quad t-4, needs two steps:
// SHA256MSG1 once quad t-3 is complete, and the rest once quad t-1 is complete.
func (s sha) schedule(i int, m message) {
	const last = 15
	before, present, next := m[(i+3)%4], m[i%4], m[(i+1)%4]
	if 3 <= i && i < last { // quad i+1 comes from quads i-3 (begun), i-2, i-1 and i
		s.MOVO(present, scratch)
		s.PALIGNR(operand.U8(4), before, scratch)
		s.PADDD(scratch, next)
		s.SHA256MSG2(present, next)
	}
	if 1 <= i && i+3 <= last { // quad i-1 is done with and begins to become quad i+3
		s.SHA256MSG1(present, before)
	}
}

// read reads quad i of the block at p, if there is one: a block has four.
func (s sha) read(i int, p reg.Register, m message) {
	if i < 4 {
		s.MOVOU(operand.Mem{Base: p, Disp: 16 * i}, m[i])
		s.PSHUFB(shuffle, m[i])
	}
}

// begin loads the registers that no block changes.
func (s sha) begin() {
	s.LEAQ(s.k256, constants)
	s.MOVOU(s.shuffle, shuffle)
}
