package treehash_test

import (
	"bytes"
	"testing"

	"firn/treehash"
)

const mib = treehash.LeafSize

// vector is an input with both hashes from another source: the tests of Amazon's SDKs and
// of boto, or other implementations.
type vector struct {
	name   string
	input  []byte
	tree   string
	linear string // empty: equal to tree, which is true up to one leaf
}

func vectors() []vector {
	fill := func(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
	return []vector{
		{"nothing", nil, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""},
		{"a", []byte("a"), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", ""},
		{"hello world", []byte("hello world"), "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", ""},
		{"welcome s3", []byte("Welcome to S3 Glacier."), "04b8bb12ae8f28832f4c291463fb51fa660c1fd18933da16d56eda7db27019f3", ""},
		{"welcome amazon", []byte("Welcome to Amazon Glacier."), "726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628", ""},
		{"a, 1 MiB", fill('a', mib), "9bc1b2a288b26af7257a36277ae3816a7d4f16e89c1e7e77d0a5c48bad62b360", ""},
		{
			"a, 1 MiB and 1", fill('a', mib+1), "8dd49bbc6297567fac3852c2deddcdbc57358bc403c10d4f6dc64b143ad9b27b",
			"4a3f0c0c213adea174f9a3d4c13177315b588bdb2e9c1012d3d0bf0453ca0f6a",
		},
		{
			"a, 2 MiB", fill('a', 2*mib), "560c2c9333c719cb00cfdffee3ba293db17f58743cdd1f7e4055373ae6300afa",
			"5256ec18f11624025905d057d6befb03d77b243511ac5f77ed5e0221ce6d84b5",
		},
		{
			"a, 3 MiB", fill('a', 3*mib), "70239f4f2ead7561f69d48b956b547edef52a1280a93c262c0b582190be7db17",
			"6f850bc94ae6f7de14297c01616c36d712d22864497b28a63b81d776b035e656",
		},
		{
			"a, 4 MiB", fill('a', 4*mib), "9491cb2ed1d4e7cd53215f4017c23ec4ad21d7050a1e6bb636c4f67e8cddb844",
			"299285fc41a44cdb038b9fdaf494c76ca9d0c866672b2b266c1a0c17dda60a05",
		},
		{
			"a, 4 MiB and 20", fill('a', 4*mib+20), "12f3cbd6101b981cde074039f6f728071da8879d6f632de8afc7cdf00661b08f",
			"1db6545ae7a5cea9392b4b14d3a6f798c989ee386114d6d2e951c13abcd74e11",
		},
		{
			"0, 5.5 MiB", fill('0', 5767168), "154e26c78fd74d0c2c9b3cc4644191619dc4f2cd539ae2a74d5fd07957a3ee6a",
			"68aff0c5a91aa0491752bfb96e3fef33eb74953804f6a2f7b708d5bcefa8ff6b",
		},
		{
			"a, 7 MiB", fill('a', 7*mib), "97c5b900ef1ea71da2b168cbc9a5ca42130bae27ca3ef3277983bc069acaba16",
			"c1b6bf6696da12b14f186aaabe5aa3b47cb0442618579e31d566e13697e9c6e3",
		},
		{"NUL, 1 MiB", fill(0, mib), "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58", ""},
		{
			"NUL, 2 MiB", fill(0, 2*mib), "861890b487038d840e9d71d43bbc0fd4571453fb9d9b1f370caa3582a29b0ec7",
			"5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee",
		},
		{
			"NUL, 3 MiB", fill(0, 3*mib), "ca6cc129a4514ec765de86a4e7a49adf44842c9cac213c383ebe4071271bdf21",
			"bbd05cf6097ac9b1f89ea29d2542c1b7b67ee46848393895f5a9e43fa1f621e5",
		},
		{
			"NUL, 6.5 MiB", fill(0, 6815744), "7fce0b2525bccf5bd8ed75ec7b7eb52de9b5c0aac4cf60f485aed45a934e9cf5",
			"d85ef2a08aeac2812a648deb875485a6e3848fc3d43ce4aa380937f08199f86b",
		},
		{
			"NUL, 16 MiB", fill(0, 16*mib), "ded1dbf9095e9084314764a4c1586070e3074849716e24cd9c547ad45808f541",
			"080acf35a507ac9849cfcba47dc2ad83e01b75663a516279c8b9d243b719643e",
		},
		{
			"pattern, 6.5 MiB", pattern(6815744), "3f04dc6abd60b91c9e1f8d28bfc7d6620342e931fd30dab0dbd337d8aad5877e",
			"ef5ffd4e169896e49f5781863a6508bc84319036487126344c7afa47a7b4b576",
		},
	}
}

// pattern returns n bytes in which every leaf differs from every other.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(31*i + 17*(i>>8) + 13*(i>>16))
	}
	return b
}

// sums returns the expected Sums of the input.
func (v vector) sums(t *testing.T) treehash.Sums {
	t.Helper()
	if v.linear == "" {
		v.linear = v.tree
	}
	return treehash.Sums{Size: int64(len(v.input)), Tree: parse(t, v.tree), SHA256: parse(t, v.linear)}
}

func parse(t *testing.T, s string) treehash.Hash {
	t.Helper()
	h, err := treehash.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
