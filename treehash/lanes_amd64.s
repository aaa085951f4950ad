#include "textflag.h"

// The shuffle that turns big-endian words into the machine's, for 16 bytes.
DATA words<>+0(SB)/8, $0x0405060700010203
DATA words<>+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL words<>(SB), RODATA|NOPTR, $16

// Registers, the same throughout blockLanes. Each holds one word of 16 lanes.
#define A    Z16
#define B    Z17
#define C    Z18
#define D    Z19
#define E    Z20
#define F    Z21
#define G    Z22
#define H    Z23
#define T0   Z24 // for ROUND and SWAP
#define T1   Z25
#define T2   Z26
#define T3   Z27
#define S0   Z28 // for NEXT
#define S1   Z29
#define S2   Z30
#define WORD Z31
// The message words, in the order in which the transposition leaves them.
#define W0   Z0
#define W1   Z2
#define W2   Z1
#define W3   Z3
#define W4   Z4
#define W5   Z6
#define W6   Z5
#define W7   Z7
#define W8   Z8
#define W9   Z10
#define W10  Z9
#define W11  Z11
#define W12  Z12
#define W13  Z14
#define W14  Z13
#define W15  Z15

// LOAD(m) reads the block of one lane and goes on to the next lane.
#define LOAD(m) \
	VMOVDQU32 (AX), m; \
	ADDQ      DX, AX; \
	VPSHUFB   WORD, m, m

// Three swaps between two registers make the transposition, as for a matrix whose
// quarters are exchanged, then their quarters. SWAP1 and SWAP2 interleave words
// and pairs of words within each 16 bytes; SWAP4 gives x the even and y the odd
// 16 bytes of both.
#define SWAP1(x, y) \
	VPUNPCKHDQ y, x, T0; \
	VPUNPCKLDQ y, x, x; \
	VMOVDQA32  T0, y

#define SWAP2(x, y) \
	VPUNPCKHQDQ y, x, T0; \
	VPUNPCKLQDQ y, x, x; \
	VMOVDQA32   T0, y

#define SWAP4(x, y) \
	VSHUFI32X4 $0xDD, y, x, T0; \
	VSHUFI32X4 $0x88, y, x, x; \
	VMOVDQA32  T0, y

// ROUND is round i with the message word w. The new a takes the place of h and
// the new e that of d, so the names move on by one from round to round. The
// tables of VPTERNLOGD are 0x96 for x^y^z, 0xCA for "x ? y : z" (Ch), 0xE8 for
// the majority (Maj).
#define ROUND(a, b, c, d, e, f, g, h, w, i) \
	VPADDD.BCST (i*4)(BX), h, h; \
	VPRORD      $6, e, T0; \
	VPRORD      $11, e, T1; \
	VPRORD      $25, e, T2; \
	VMOVDQA32   e, T3; \
	VPADDD      w, h, h; \
	VPTERNLOGD  $0xCA, g, f, T3; \
	VPTERNLOGD  $0x96, T2, T1, T0; \
	VPADDD      T3, h, h; \
	VPADDD      T0, h, h; \
	VPADDD      h, d, d; \
	VPRORD      $2, a, T0; \
	VPRORD      $13, a, T1; \
	VPRORD      $22, a, T2; \
	VMOVDQA32   a, T3; \
	VPTERNLOGD  $0xE8, c, b, T3; \
	VPTERNLOGD  $0x96, T2, T1, T0; \
	VPADDD      T3, h, h; \
	VPADDD      T0, h, h

// NEXT makes message word t+16 in the place of word t: w0 is word t, w1 t+1, w9
// t+9, w14 t+14.
#define NEXT(w0, w1, w9, w14) \
	VPRORD     $7, w1, S0; \
	VPRORD     $18, w1, S1; \
	VPSRLD     $3, w1, S2; \
	VPADDD     w9, w0, w0; \
	VPTERNLOGD $0x96, S2, S1, S0; \
	VPADDD     S0, w0, w0; \
	VPRORD     $17, w14, S0; \
	VPRORD     $19, w14, S1; \
	VPSRLD     $10, w14, S2; \
	VPTERNLOGD $0x96, S2, S1, S0; \
	VPADDD     S0, w0, w0

// func blockLanes(state *[8][lanes]uint32, p *byte, stride, n uintptr)
TEXT ·blockLanes(SB), NOSPLIT, $0-32
	MOVQ  state+0(FP), DI
	MOVQ  p+8(FP), SI
	MOVQ  stride+16(FP), DX
	MOVQ  n+24(FP), CX
	TESTQ CX, CX
	JZ    done

	VBROADCASTI32X4 words<>(SB), WORD
	VMOVDQU32       0(DI), A
	VMOVDQU32       64(DI), B
	VMOVDQU32       128(DI), C
	VMOVDQU32       192(DI), D
	VMOVDQU32       256(DI), E
	VMOVDQU32       320(DI), F
	VMOVDQU32       384(DI), G
	VMOVDQU32       448(DI), H

block:
	MOVQ SI, AX
	LOAD(Z0)
	LOAD(Z1)
	LOAD(Z2)
	LOAD(Z3)
	LOAD(Z4)
	LOAD(Z5)
	LOAD(Z6)
	LOAD(Z7)
	LOAD(Z8)
	LOAD(Z9)
	LOAD(Z10)
	LOAD(Z11)
	LOAD(Z12)
	LOAD(Z13)
	LOAD(Z14)
	LOAD(Z15)

	SWAP1(Z0, Z1)
	SWAP1(Z2, Z3)
	SWAP1(Z4, Z5)
	SWAP1(Z6, Z7)
	SWAP1(Z8, Z9)
	SWAP1(Z10, Z11)
	SWAP1(Z12, Z13)
	SWAP1(Z14, Z15)
	SWAP2(Z0, Z2)
	SWAP2(Z1, Z3)
	SWAP2(Z4, Z6)
	SWAP2(Z5, Z7)
	SWAP2(Z8, Z10)
	SWAP2(Z9, Z11)
	SWAP2(Z12, Z14)
	SWAP2(Z13, Z15)
	SWAP4(Z0, Z4)
	SWAP4(Z1, Z5)
	SWAP4(Z2, Z6)
	SWAP4(Z3, Z7)
	SWAP4(Z8, Z12)
	SWAP4(Z9, Z13)
	SWAP4(Z10, Z14)
	SWAP4(Z11, Z15)
	SWAP4(Z0, Z8)
	SWAP4(Z1, Z9)
	SWAP4(Z2, Z10)
	SWAP4(Z3, Z11)
	SWAP4(Z4, Z12)
	SWAP4(Z5, Z13)
	SWAP4(Z6, Z14)
	SWAP4(Z7, Z15)

	LEAQ ·k256(SB), BX
	MOVQ $3, R8

rounds:
	ROUND(A, B, C, D, E, F, G, H, W0, 0)
	NEXT(W0, W1, W9, W14)
	ROUND(H, A, B, C, D, E, F, G, W1, 1)
	NEXT(W1, W2, W10, W15)
	ROUND(G, H, A, B, C, D, E, F, W2, 2)
	NEXT(W2, W3, W11, W0)
	ROUND(F, G, H, A, B, C, D, E, W3, 3)
	NEXT(W3, W4, W12, W1)
	ROUND(E, F, G, H, A, B, C, D, W4, 4)
	NEXT(W4, W5, W13, W2)
	ROUND(D, E, F, G, H, A, B, C, W5, 5)
	NEXT(W5, W6, W14, W3)
	ROUND(C, D, E, F, G, H, A, B, W6, 6)
	NEXT(W6, W7, W15, W4)
	ROUND(B, C, D, E, F, G, H, A, W7, 7)
	NEXT(W7, W8, W0, W5)
	ROUND(A, B, C, D, E, F, G, H, W8, 8)
	NEXT(W8, W9, W1, W6)
	ROUND(H, A, B, C, D, E, F, G, W9, 9)
	NEXT(W9, W10, W2, W7)
	ROUND(G, H, A, B, C, D, E, F, W10, 10)
	NEXT(W10, W11, W3, W8)
	ROUND(F, G, H, A, B, C, D, E, W11, 11)
	NEXT(W11, W12, W4, W9)
	ROUND(E, F, G, H, A, B, C, D, W12, 12)
	NEXT(W12, W13, W5, W10)
	ROUND(D, E, F, G, H, A, B, C, W13, 13)
	NEXT(W13, W14, W6, W11)
	ROUND(C, D, E, F, G, H, A, B, W14, 14)
	NEXT(W14, W15, W7, W12)
	ROUND(B, C, D, E, F, G, H, A, W15, 15)
	NEXT(W15, W0, W8, W13)
	ADDQ $64, BX
	DECQ R8
	JNZ  rounds

	ROUND(A, B, C, D, E, F, G, H, W0, 0)
	ROUND(H, A, B, C, D, E, F, G, W1, 1)
	ROUND(G, H, A, B, C, D, E, F, W2, 2)
	ROUND(F, G, H, A, B, C, D, E, W3, 3)
	ROUND(E, F, G, H, A, B, C, D, W4, 4)
	ROUND(D, E, F, G, H, A, B, C, W5, 5)
	ROUND(C, D, E, F, G, H, A, B, W6, 6)
	ROUND(B, C, D, E, F, G, H, A, W7, 7)
	ROUND(A, B, C, D, E, F, G, H, W8, 8)
	ROUND(H, A, B, C, D, E, F, G, W9, 9)
	ROUND(G, H, A, B, C, D, E, F, W10, 10)
	ROUND(F, G, H, A, B, C, D, E, W11, 11)
	ROUND(E, F, G, H, A, B, C, D, W12, 12)
	ROUND(D, E, F, G, H, A, B, C, W13, 13)
	ROUND(C, D, E, F, G, H, A, B, W14, 14)
	ROUND(B, C, D, E, F, G, H, A, W15, 15)

	// The state stays in memory meanwhile.
	VPADDD    0(DI), A, A
	VPADDD    64(DI), B, B
	VPADDD    128(DI), C, C
	VPADDD    192(DI), D, D
	VPADDD    256(DI), E, E
	VPADDD    320(DI), F, F
	VPADDD    384(DI), G, G
	VPADDD    448(DI), H, H
	VMOVDQU32 A, 0(DI)
	VMOVDQU32 B, 64(DI)
	VMOVDQU32 C, 128(DI)
	VMOVDQU32 D, 192(DI)
	VMOVDQU32 E, 256(DI)
	VMOVDQU32 F, 320(DI)
	VMOVDQU32 G, 384(DI)
	VMOVDQU32 H, 448(DI)
	ADDQ      $64, SI
	DECQ      CX
	JNZ       block
	VZEROUPPER

done:
	RET
