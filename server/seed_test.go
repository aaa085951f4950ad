package server_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seeded returns a generator for a test that draws what it does. It is the same at
// every run, unless FIRN_TEST_SEED says otherwise. A failing test tells the seed.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := numberFrom(t, "FIRN_TEST_SEED", 1)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to see it again: FIRN_TEST_SEED=%d", seed)
		}
	})
	return rand.New(rand.NewPCG(uint64(seed), 0))
}

// numberFrom reads a number from the environment, or returns the usual one.
func numberFrom(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is %q, which is no number", name, text)
	}
	return n
}

// memoryDir is a directory in memory where there is such a file system, for tests that
// ask for very much and lose nothing with the power.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "firn")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// oneOf draws one of several things.
func oneOf[T any](draw *rand.Rand, things ...T) T { return things[draw.IntN(len(things))] }
