package treehash

import (
	"runtime"
	"strings"
	"testing"
)

// The available kernels pass their test and so are in use.
func TestKernelsAreProven(t *testing.T) {
	k := available()
	if err := k.test(); err != nil {
		t.Fatal(err)
	}
	if err := Fault(); err != nil {
		t.Error(err)
	}
	want := ""
	if k.dual != nil {
		want += map[string]string{"amd64": "sha-ni ", "arm64": "sha2 "}[runtime.GOARCH]
	}
	if k.lanes != nil {
		want += "avx512 "
	}
	got := strings.Join(Kernels(), " ")
	if got != strings.TrimSpace(want) {
		t.Errorf("in use are %q, want %q", got, want)
	}
	t.Logf("in use: %s", got)
}

// A wrong kernel is detected whatever its fault is, and then none is used.
func TestAWrongKernelIsNotUsed(t *testing.T) {
	for name, k := range map[string]kernels{
		"sha-ni, for both": {sha: "sha-ni", dual: func(_, _ *[8]uint32, _ *byte, _ uintptr) {}},
		"sha-ni, for two":  {sha: "sha-ni", two: func(_, _ *[8]uint32, _, _ *byte, _ uintptr) {}},
		"avx512, for 16":   {lanes: func(_ *[8][lanes]uint32, _ *byte, _, _ uintptr) {}},
	} {
		checkFault(t, name, k)
	}
	right := available()
	wrong := map[string]kernels{}
	if right.dual != nil {
		k := right // the leaf sees one block too few
		k.dual = func(linear, leaf *[8]uint32, p *byte, n uintptr) {
			before := *leaf
			right.dual(linear, leaf, p, n)
			if n > 3 {
				*leaf = before
			}
		}
		wrong["a block of the leaf"] = k
		k = right // one bit of a run of several blocks
		k.two = func(first, second *[8]uint32, p, q *byte, n uintptr) {
			right.two(first, second, p, q, n)
			if n > 3 {
				second[7] ^= 1 << 31
			}
		}
		wrong["a bit of the second of two"] = k
	}
	if right.lanes != nil {
		k := right
		k.together = func(linear, leaf *[8][lanes]uint32, schedule *[64][lanes]uint32, p *byte, stride, n uintptr) {
			right.together(linear, leaf, schedule, p, stride, n)
			leaf[7][3] ^= 1
		}
		wrong["a bit of a leaf among 16 pieces"] = k
		k = right
		k.lanes = func(state *[8][lanes]uint32, p *byte, stride, n uintptr) {
			right.lanes(state, p, stride, n)
			state[0][15] ^= 1
		}
		wrong["a bit of the last lane"] = k
	}
	for name, k := range wrong {
		checkFault(t, name, k)
	}
}

func checkFault(t *testing.T, name string, k kernels) {
	t.Helper()
	got := k.proven()
	if got.fault == nil || !strings.Contains(got.fault.Error(), "wrong SHA-256") {
		t.Errorf("%s: the fault is %v", name, got.fault)
	}
	if got.dual != nil || got.two != nil || got.lanes != nil || got.together != nil {
		t.Errorf("%s: kernels are still in use", name)
	}
	if _, ok := got.newPair().(*standard); !ok {
		t.Errorf("%s: both hashes come from %T", name, got.newPair())
	}
	if _, ok := got.newBatch(100).(one); !ok {
		t.Errorf("%s: leaves are hashed by %T", name, got.newBatch(100))
	}
}

// BenchmarkSelfTest measures the test that precedes the first hash of a process.
func BenchmarkSelfTest(b *testing.B) {
	for b.Loop() {
		if err := available().proven().fault; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKernels hashes bytes in the cache with every available implementation: both
// hashes of a stream, and only the leaves of a tree.
func BenchmarkKernels(b *testing.B) {
	data := drawn(5, lanes*stride)
	for _, h := range hashers() {
		b.Run("both/"+h.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				h.Write(data)
			}
		})
	}
	if k := available(); k.together != nil {
		both := k.newTogether(lanes)
		b.Run("both/together", func(b *testing.B) {
			b.SetBytes(lanes * strip)
			for b.Loop() {
				both.write(data, stride, strip)
			}
		})
	}
	for _, leaves := range batches() {
		name := map[int]string{1: "standard", 2: "two", lanes: "lanes"}[leaves.width()]
		b.Run("tree/"+name, func(b *testing.B) {
			b.SetBytes(lanes * strip)
			for b.Loop() {
				for run := 0; run < lanes; run += leaves.width() {
					leaves.write(data[run*stride:], stride, strip)
				}
			}
		})
	}
}
