#include "textflag.h"

// The round constants of FIPS 180-4, section 4.2.2.
DATA k256<>+0(SB)/8, $0x71374491428a2f98
DATA k256<>+8(SB)/8, $0xe9b5dba5b5c0fbcf
DATA k256<>+16(SB)/8, $0x59f111f13956c25b
DATA k256<>+24(SB)/8, $0xab1c5ed5923f82a4
DATA k256<>+32(SB)/8, $0x12835b01d807aa98
DATA k256<>+40(SB)/8, $0x550c7dc3243185be
DATA k256<>+48(SB)/8, $0x80deb1fe72be5d74
DATA k256<>+56(SB)/8, $0xc19bf1749bdc06a7
DATA k256<>+64(SB)/8, $0xefbe4786e49b69c1
DATA k256<>+72(SB)/8, $0x240ca1cc0fc19dc6
DATA k256<>+80(SB)/8, $0x4a7484aa2de92c6f
DATA k256<>+88(SB)/8, $0x76f988da5cb0a9dc
DATA k256<>+96(SB)/8, $0xa831c66d983e5152
DATA k256<>+104(SB)/8, $0xbf597fc7b00327c8
DATA k256<>+112(SB)/8, $0xd5a79147c6e00bf3
DATA k256<>+120(SB)/8, $0x1429296706ca6351
DATA k256<>+128(SB)/8, $0x2e1b213827b70a85
DATA k256<>+136(SB)/8, $0x53380d134d2c6dfc
DATA k256<>+144(SB)/8, $0x766a0abb650a7354
DATA k256<>+152(SB)/8, $0x92722c8581c2c92e
DATA k256<>+160(SB)/8, $0xa81a664ba2bfe8a1
DATA k256<>+168(SB)/8, $0xc76c51a3c24b8b70
DATA k256<>+176(SB)/8, $0xd6990624d192e819
DATA k256<>+184(SB)/8, $0x106aa070f40e3585
DATA k256<>+192(SB)/8, $0x1e376c0819a4c116
DATA k256<>+200(SB)/8, $0x34b0bcb52748774c
DATA k256<>+208(SB)/8, $0x4ed8aa4a391c0cb3
DATA k256<>+216(SB)/8, $0x682e6ff35b9cca4f
DATA k256<>+224(SB)/8, $0x78a5636f748f82ee
DATA k256<>+232(SB)/8, $0x8cc7020884c87814
DATA k256<>+240(SB)/8, $0xa4506ceb90befffa
DATA k256<>+248(SB)/8, $0xc67178f2bef9a3f7
GLOBL k256<>(SB), RODATA|NOPTR, $256

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

	LEAQ  k256<>(SB), AX
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
