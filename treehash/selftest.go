package treehash

import (
	"crypto/sha256"
	"fmt"
)

// test lets each kernel compute known hashes. It hashes only a few kilobytes, so every
// start of a program can afford it.
func (k kernels) test() error {
	if k.dual != nil && !dualIsRight(k.dual) {
		return faulty(k.sha, "both hashes at a time")
	}
	if k.two != nil && !batchIsRight(func() batch { return newTwo(k.two) }) {
		return faulty(k.sha, "two leaves at a time")
	}
	if k.lanes != nil && !batchIsRight(func() batch { return newSixteen(k.lanes) }) {
		return faulty("avx512", "16 leaves at a time")
	}
	if k.together != nil && !togetherIsRight(k) {
		return faulty("avx512", "both hashes of 16 pieces at a time")
	}
	return nil
}

func faulty(name, job string) error {
	return fmt.Errorf("the kernel %q, for %s, computes wrong SHA-256 hashes", name, job)
}

// The expected hashes are NIST's: the first two from the examples for FIPS 180-4, the third
// from the test vectors of its validation program.
const (
	oneBlock      = "abc"
	oneBlockHash  = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	twoBlocks     = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
	twoBlocksHash = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
	wholeBlock    = "\x5a\x86\xb7\x37\xea\xea\x8e\xe9\x76\xa0\xa2\x4d\xa6\x3e\x7e\xd7" +
		"\xee\xfa\xd1\x8a\x10\x1c\x12\x11\xe2\xb3\x65\x0c\x51\x87\xc2\xa8" +
		"\xa6\x50\x54\x72\x08\x25\x1f\x6d\x42\x37\xe6\x61\xc7\xbf\x4c\x77" +
		"\xf3\x35\x39\x03\x94\xc3\x7f\xa1\xa9\xf9\xbe\x83\x6a\xc2\x85\x09"
	wholeBlockHash = "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa"
)

// testRun is the length of the runs for which a kernel is compared with the standard
// library: several blocks.
const testRun = 5 * sha256.BlockSize

// testPattern returns n bytes in which all blocks differ.
func testPattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*i>>4 + 7*i)
	}
	return b
}

func dualIsRight(block func(linear, leaf *[8]uint32, p *byte, n uintptr)) bool {
	for message, hash := range map[string]string{oneBlock: oneBlockHash, twoBlocks: twoBlocksHash} {
		d := newDual(block)
		d.write([]byte(message))
		if d.linearSum().String() != hash || d.leafSum().String() != hash {
			return false
		}
	}
	d, run := newDual(block), testPattern(testRun)
	d.write(run[:sha256.BlockSize])
	d.nextLeaf()
	d.write(run[sha256.BlockSize:])
	return d.linearSum() == sha256.Sum256(run) && d.leafSum() == sha256.Sum256(run[sha256.BlockSize:])
}

func batchIsRight(newBatch func() batch) bool {
	known := newBatch()
	known.write([]byte(wholeBlock), 0, len(wholeBlock))
	for _, hash := range known.sums() {
		if hash.String() != wholeBlockHash {
			return false
		}
	}
	compared := newBatch()
	runs := testPattern(compared.width() * testRun)
	compared.write(runs, testRun, testRun)
	for i, hash := range compared.sums() {
		if hash != sha256.Sum256(runs[i*testRun:][:testRun]) {
			return false
		}
	}
	return true
}

// togetherIsRight ends a leaf after one block and the pieces after all blocks.
func togetherIsRight(k kernels) bool {
	t, runs := k.newTogether(lanes), testPattern(lanes*testRun)
	t.write(runs, testRun, sha256.BlockSize)
	first := t.leaf.sums()
	t.leaf = newSixteen(k.lanes)
	t.write(runs[sha256.BlockSize:], testRun, testRun-sha256.BlockSize)
	second, linear := t.leaf.sums(), t.linear.sums()
	for i := range lanes {
		run := runs[i*testRun:][:testRun]
		if first[i] != sha256.Sum256(run[:sha256.BlockSize]) || second[i] != sha256.Sum256(run[sha256.BlockSize:]) ||
			linear[i] != sha256.Sum256(run) {
			return false
		}
	}
	return true
}
