//go:build !purego && !nokernels

#include "textflag.h"

// Both kernels keep their registers alike. V0 and V1 are the first state, as words
// ABCD and EFGH; V2 and V3 are the second. V4 to V7 are four quads of message
// words, used in turn, V8 to V11 those of a second message. V12 and V13 are
// message words and constants, V14 and V15 words ABCD as they were before four
// rounds, V16 to V31 the constants. What the states were before a block is in
// memory meanwhile: there are no registers for it.
//
// R0 and R1 are where the states are, R2 and R3 the next block of each, R4 how many
// blocks there are.

// CONSTANTS loads V16 to V31.
#define CONSTANTS \
	MOVD	$k256<>(SB), R5 \
	VLD1.P	64(R5), [V16.S4, V17.S4, V18.S4, V19.S4] \
	VLD1.P	64(R5), [V20.S4, V21.S4, V22.S4, V23.S4] \
	VLD1.P	64(R5), [V24.S4, V25.S4, V26.S4, V27.S4] \
	VLD1	(R5), [V28.S4, V29.S4, V30.S4, V31.S4]

// MESSAGE loads the 64 bytes at p as big-endian words, and moves p on.
#define MESSAGE(p, m0, m1, m2, m3) \
	VLD1.P	64(p), [m0.B16, m1.B16, m2.B16, m3.B16] \
	VREV32	m0.B16, m0.B16 \
	VREV32	m1.B16, m1.B16 \
	VREV32	m2.B16, m2.B16 \
	VREV32	m3.B16, m3.B16

// ROUNDS makes four rounds of both states, with the message words and constants in
// first and second. The chains need nothing of each other, and each is a chain of
// instructions that wait for the one before.
#define ROUNDS(first, second) \
	VMOV	V0.B16, V14.B16 \
	VMOV	V2.B16, V15.B16 \
	SHA256H	first.S4, V1, V0 \
	SHA256H	second.S4, V3, V2 \
	SHA256H2	first.S4, V14, V1 \
	SHA256H2	second.S4, V15, V3

// SCHEDULE replaces the message words of m0 by those of 16 rounds later; m1 to m3
// are the three quads between.
#define SCHEDULE(m0, m1, m2, m3) \
	SHA256SU0	m1.S4, m0.S4 \
	SHA256SU1	m3.S4, m2.S4, m0.S4

// DUAL makes four rounds of both states with the words of m and the constants k.
#define DUAL(k, m) \
	VADD	k.S4, m.S4, V12.S4 \
	ROUNDS(V12, V12)

// TWO makes four rounds of the first state with the words of m, of the second with
// those of n.
#define TWO(k, m, n) \
	VADD	k.S4, m.S4, V12.S4 \
	VADD	k.S4, n.S4, V13.S4 \
	ROUNDS(V12, V13)

// SIXTEENDUAL makes sixteen rounds, and the message words of the next.
#define SIXTEENDUAL(k0, k1, k2, k3) \
	DUAL(k0, V4) \
	SCHEDULE(V4, V5, V6, V7) \
	DUAL(k1, V5) \
	SCHEDULE(V5, V6, V7, V4) \
	DUAL(k2, V6) \
	SCHEDULE(V6, V7, V4, V5) \
	DUAL(k3, V7) \
	SCHEDULE(V7, V4, V5, V6)

// SIXTEENTWO does so for two messages.
#define SIXTEENTWO(k0, k1, k2, k3) \
	TWO(k0, V4, V8) \
	SCHEDULE(V4, V5, V6, V7) \
	SCHEDULE(V8, V9, V10, V11) \
	TWO(k1, V5, V9) \
	SCHEDULE(V5, V6, V7, V4) \
	SCHEDULE(V9, V10, V11, V8) \
	TWO(k2, V6, V10) \
	SCHEDULE(V6, V7, V4, V5) \
	SCHEDULE(V10, V11, V8, V9) \
	TWO(k3, V7, V11) \
	SCHEDULE(V7, V4, V5, V6) \
	SCHEDULE(V11, V8, V9, V10)

// LOAD loads both states.
#define LOAD \
	VLD1	(R0), [V0.S4, V1.S4] \
	VLD1	(R1), [V2.S4, V3.S4]

// END adds what the states were before the block, and stores them.
#define END \
	VLD1	(R0), [V4.S4, V5.S4] \
	VLD1	(R1), [V6.S4, V7.S4] \
	VADD	V4.S4, V0.S4, V0.S4 \
	VADD	V5.S4, V1.S4, V1.S4 \
	VADD	V6.S4, V2.S4, V2.S4 \
	VADD	V7.S4, V3.S4, V3.S4 \
	VST1	[V0.S4, V1.S4], (R0) \
	VST1	[V2.S4, V3.S4], (R1)

// func blockDual(linear, leaf *[8]uint32, p *byte, n uintptr)
TEXT ·blockDual(SB), NOSPLIT, $0-32
	MOVD	linear+0(FP), R0
	MOVD	leaf+8(FP), R1
	MOVD	p+16(FP), R2
	MOVD	n+24(FP), R4
	CBZ	R4, done
	CONSTANTS
	LOAD

block:
	MESSAGE(R2, V4, V5, V6, V7)
	SIXTEENDUAL(V16, V17, V18, V19)
	SIXTEENDUAL(V20, V21, V22, V23)
	SIXTEENDUAL(V24, V25, V26, V27)
	DUAL(V28, V4)
	DUAL(V29, V5)
	DUAL(V30, V6)
	DUAL(V31, V7)
	END
	SUB	$1, R4
	CBNZ	R4, block

done:
	RET

// func blockTwo(first, second *[8]uint32, p, q *byte, n uintptr)
TEXT ·blockTwo(SB), NOSPLIT, $0-40
	MOVD	first+0(FP), R0
	MOVD	second+8(FP), R1
	MOVD	p+16(FP), R2
	MOVD	q+24(FP), R3
	MOVD	n+32(FP), R4
	CBZ	R4, done
	CONSTANTS
	LOAD

block:
	MESSAGE(R2, V4, V5, V6, V7)
	MESSAGE(R3, V8, V9, V10, V11)
	SIXTEENTWO(V16, V17, V18, V19)
	SIXTEENTWO(V20, V21, V22, V23)
	SIXTEENTWO(V24, V25, V26, V27)
	TWO(V28, V4, V8)
	TWO(V29, V5, V9)
	TWO(V30, V6, V10)
	TWO(V31, V7, V11)
	END
	SUB	$1, R4
	CBNZ	R4, block

done:
	RET

// The round constants of FIPS 180-4, section 4.2.2.
DATA k256<>+0(SB)/4, $0x428a2f98
DATA k256<>+4(SB)/4, $0x71374491
DATA k256<>+8(SB)/4, $0xb5c0fbcf
DATA k256<>+12(SB)/4, $0xe9b5dba5
DATA k256<>+16(SB)/4, $0x3956c25b
DATA k256<>+20(SB)/4, $0x59f111f1
DATA k256<>+24(SB)/4, $0x923f82a4
DATA k256<>+28(SB)/4, $0xab1c5ed5
DATA k256<>+32(SB)/4, $0xd807aa98
DATA k256<>+36(SB)/4, $0x12835b01
DATA k256<>+40(SB)/4, $0x243185be
DATA k256<>+44(SB)/4, $0x550c7dc3
DATA k256<>+48(SB)/4, $0x72be5d74
DATA k256<>+52(SB)/4, $0x80deb1fe
DATA k256<>+56(SB)/4, $0x9bdc06a7
DATA k256<>+60(SB)/4, $0xc19bf174
DATA k256<>+64(SB)/4, $0xe49b69c1
DATA k256<>+68(SB)/4, $0xefbe4786
DATA k256<>+72(SB)/4, $0x0fc19dc6
DATA k256<>+76(SB)/4, $0x240ca1cc
DATA k256<>+80(SB)/4, $0x2de92c6f
DATA k256<>+84(SB)/4, $0x4a7484aa
DATA k256<>+88(SB)/4, $0x5cb0a9dc
DATA k256<>+92(SB)/4, $0x76f988da
DATA k256<>+96(SB)/4, $0x983e5152
DATA k256<>+100(SB)/4, $0xa831c66d
DATA k256<>+104(SB)/4, $0xb00327c8
DATA k256<>+108(SB)/4, $0xbf597fc7
DATA k256<>+112(SB)/4, $0xc6e00bf3
DATA k256<>+116(SB)/4, $0xd5a79147
DATA k256<>+120(SB)/4, $0x06ca6351
DATA k256<>+124(SB)/4, $0x14292967
DATA k256<>+128(SB)/4, $0x27b70a85
DATA k256<>+132(SB)/4, $0x2e1b2138
DATA k256<>+136(SB)/4, $0x4d2c6dfc
DATA k256<>+140(SB)/4, $0x53380d13
DATA k256<>+144(SB)/4, $0x650a7354
DATA k256<>+148(SB)/4, $0x766a0abb
DATA k256<>+152(SB)/4, $0x81c2c92e
DATA k256<>+156(SB)/4, $0x92722c85
DATA k256<>+160(SB)/4, $0xa2bfe8a1
DATA k256<>+164(SB)/4, $0xa81a664b
DATA k256<>+168(SB)/4, $0xc24b8b70
DATA k256<>+172(SB)/4, $0xc76c51a3
DATA k256<>+176(SB)/4, $0xd192e819
DATA k256<>+180(SB)/4, $0xd6990624
DATA k256<>+184(SB)/4, $0xf40e3585
DATA k256<>+188(SB)/4, $0x106aa070
DATA k256<>+192(SB)/4, $0x19a4c116
DATA k256<>+196(SB)/4, $0x1e376c08
DATA k256<>+200(SB)/4, $0x2748774c
DATA k256<>+204(SB)/4, $0x34b0bcb5
DATA k256<>+208(SB)/4, $0x391c0cb3
DATA k256<>+212(SB)/4, $0x4ed8aa4a
DATA k256<>+216(SB)/4, $0x5b9cca4f
DATA k256<>+220(SB)/4, $0x682e6ff3
DATA k256<>+224(SB)/4, $0x748f82ee
DATA k256<>+228(SB)/4, $0x78a5636f
DATA k256<>+232(SB)/4, $0x84c87814
DATA k256<>+236(SB)/4, $0x8cc70208
DATA k256<>+240(SB)/4, $0x90befffa
DATA k256<>+244(SB)/4, $0xa4506ceb
DATA k256<>+248(SB)/4, $0xbef9a3f7
DATA k256<>+252(SB)/4, $0xc67178f2
GLOBL k256<>(SB), NOPTR|RODATA, $256
