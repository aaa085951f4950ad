#include "textflag.h"

// The shuffle that turns four big-endian words into the machine's.
DATA bigEndian<>+0(SB)/8, $0x0405060700010203
DATA bigEndian<>+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL bigEndian<>(SB), RODATA|NOPTR, $16

// Registers, the same throughout blockDual. The instructions want the state
// a to h as two quads, named from the highest word to the lowest.
#define WK         X0  // message words + constants; SHA256RNDS2 implies X0
#define LINEARABEF X1
#define LINEARCDGH X2
#define LEAFABEF   X3
#define LEAFCDGH   X4
#define M0         X5  // four quads of message words, used in turn
#define M1         X6
#define M2         X7
#define M3         X8
#define T          X9
#define SWAP       X10
// X11 to X14 keep both states as they were before the block.

// QUADS(x, y, t) turns x = a b c d and y = e f g h, from the lowest word to the
// highest as they lie in memory, into x = ABEF and y = CDGH.
#define QUADS(x, y, t) \
	PSHUFD     $0x1B, x, t; \
	PSHUFD     $0x1B, y, y; \
	MOVO       y, x; \
	PUNPCKHQDQ t, x; \
	PUNPCKLQDQ t, y

// WORDS(x, y, t) is the inverse of QUADS.
#define WORDS(x, y, t) \
	MOVO       y, t; \
	PUNPCKHQDQ x, t; \
	PUNPCKLQDQ x, y; \
	PSHUFD     $0x1B, t, x; \
	PSHUFD     $0x1B, y, y

// LOAD(i, m) reads quad i of the block.
#define LOAD(i, m) \
	MOVOU  (i*16)(SI), m; \
	PSHUFB SWAP, m

// ROUNDS(i, m) is rounds 4i to 4i+3 of both states with the message words m.
// SHA256RNDS2 does two rounds: it takes ABEF and CDGH and leaves the new ABEF in
// the place of CDGH; the old ABEF is the new CDGH. So two of them leave all at
// its place. Each waits for the one before of the same state, and in that time
// the other state has its turn.
#define ROUNDS(i, m) \
	MOVOU       (i*16)(AX), WK; \
	PADDD       m, WK; \
	SHA256RNDS2 WK, LINEARABEF, LINEARCDGH; \
	SHA256RNDS2 WK, LEAFABEF, LEAFCDGH; \
	PSHUFD      $0x0E, WK, WK; \
	SHA256RNDS2 WK, LINEARCDGH, LINEARABEF; \
	SHA256RNDS2 WK, LEAFCDGH, LEAFABEF

// BEGIN(a, b) is the first half of the schedule: a holds the words t-16 to t-13,
// b the words t-12 to t-9, and a becomes w(t-16) + s0(w(t-15)) and so on.
#define BEGIN(a, b) \
	SHA256MSG1 b, a

// END(a, c, d) is the second half: a comes from BEGIN, c holds the words t-8 to
// t-5, d the words t-4 to t-1, and a becomes the words t to t+3.
#define END(a, c, d) \
	MOVO       d, T; \
	PALIGNR    $4, c, T; \
	PADDD      T, a; \
	SHA256MSG2 d, a

// func blockDual(linear, leaf *[8]uint32, p *byte, n uintptr)
TEXT ·blockDual(SB), NOSPLIT, $0-32
	MOVQ linear+0(FP), DI
	MOVQ leaf+8(FP), DX
	MOVQ p+16(FP), SI
	MOVQ n+24(FP), CX
	TESTQ CX, CX
	JZ   done

	LEAQ  ·k256(SB), AX
	MOVOU bigEndian<>(SB), SWAP
	MOVOU 0(DI), LINEARABEF
	MOVOU 16(DI), LINEARCDGH
	MOVOU 0(DX), LEAFABEF
	MOVOU 16(DX), LEAFCDGH
	QUADS(LINEARABEF, LINEARCDGH, T)
	QUADS(LEAFABEF, LEAFCDGH, T)

block:
	MOVO LINEARABEF, X11
	MOVO LINEARCDGH, X12
	MOVO LEAFABEF, X13
	MOVO LEAFCDGH, X14

	LOAD(0, M0)
	ROUNDS(0, M0)
	LOAD(1, M1)
	ROUNDS(1, M1)
	BEGIN(M0, M1)
	LOAD(2, M2)
	ROUNDS(2, M2)
	BEGIN(M1, M2)
	LOAD(3, M3)
	ROUNDS(3, M3)
	END(M0, M2, M3)
	BEGIN(M2, M3)

	ROUNDS(4, M0)
	END(M1, M3, M0)
	BEGIN(M3, M0)
	ROUNDS(5, M1)
	END(M2, M0, M1)
	BEGIN(M0, M1)
	ROUNDS(6, M2)
	END(M3, M1, M2)
	BEGIN(M1, M2)
	ROUNDS(7, M3)
	END(M0, M2, M3)
	BEGIN(M2, M3)

	ROUNDS(8, M0)
	END(M1, M3, M0)
	BEGIN(M3, M0)
	ROUNDS(9, M1)
	END(M2, M0, M1)
	BEGIN(M0, M1)
	ROUNDS(10, M2)
	END(M3, M1, M2)
	BEGIN(M1, M2)
	ROUNDS(11, M3)
	END(M0, M2, M3)
	BEGIN(M2, M3)

	ROUNDS(12, M0)
	END(M1, M3, M0)
	BEGIN(M3, M0)
	ROUNDS(13, M1)
	END(M2, M0, M1)
	ROUNDS(14, M2)
	END(M3, M1, M2)
	ROUNDS(15, M3)

	PADDD X11, LINEARABEF
	PADDD X12, LINEARCDGH
	PADDD X13, LEAFABEF
	PADDD X14, LEAFCDGH
	ADDQ  $64, SI
	DECQ  CX
	JNZ   block

	WORDS(LINEARABEF, LINEARCDGH, T)
	WORDS(LEAFABEF, LEAFCDGH, T)
	MOVOU LINEARABEF, 0(DI)
	MOVOU LINEARCDGH, 16(DI)
	MOVOU LEAFABEF, 0(DX)
	MOVOU LEAFCDGH, 16(DX)

done:
	RET

// func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL subleaf+4(FP), CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL BX, ebx+12(FP)
	MOVL CX, ecx+16(FP)
	MOVL DX, edx+20(FP)
	RET
