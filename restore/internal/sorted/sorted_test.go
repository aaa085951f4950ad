package sorted_test

import (
	"cmp"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"firn/restore/internal/sorted"
)

type value struct {
	Key  int
	Text string
	More map[string][]byte
}

func TestListIsSortedAndStable(t *testing.T) {
	for _, memory := range []int{1, 1000, 1 << 20} {
		dir := t.TempDir()
		l := sorted.New(dir, memory, func(a, b value) int { return cmp.Compare(a.Key, b.Key) }, func(value) int { return 100 })
		var want []value
		random := rand.New(rand.NewPCG(1, 2))
		for i := range 200 {
			v := value{Key: random.IntN(20), Text: string(rune('a' + i%26)), More: map[string][]byte{"n": {byte(i)}}}
			want = append(want, v)
			if err := l.Add(v); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, func(a, b value) int { return cmp.Compare(a.Key, b.Key) })
		for range 2 {
			i := 0
			for got, err := range l.All() {
				if err != nil {
					t.Fatal(err)
				}
				if got.Key != want[i].Key || got.Text != want[i].Text || got.More["n"][0] != want[i].More["n"][0] {
					t.Fatalf("value %d: got %v, want %v", i, got, want[i])
				}
				i++
			}
			if i != len(want) {
				t.Errorf("got %d values", i)
			}
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
	}
}

func TestListOnNoDisk(t *testing.T) {
	l := sorted.New("/nowhere/at/all", 1, cmp.Compare[int], func(int) int { return 8 })
	if err := l.Add(1); err == nil {
		t.Error("no error")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
