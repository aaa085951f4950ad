package attempt_test

import (
	"testing"

	"firn/internal/attempt"
)

func TestCount(t *testing.T) {
	one, other := attempt.Scope(t.Context()), attempt.Scope(t.Context())
	for i, step := range []struct {
		got, want int
	}{
		{attempt.Counter(one, "a")(true), 1},
		{attempt.Counter(one, "b")(true), 1},
		{attempt.Counter(one, "a")(true), 2},
		{attempt.Counter(other, "a")(false), 1}, // another request to the same address
		{attempt.Counter(one, "a")(false), 3},
		{attempt.Counter(one, "a")(false), 1},
		{attempt.Counter(t.Context(), "a")(true), 1},
		{attempt.Counter(t.Context(), "a")(true), 1},
	} {
		if step.got != step.want {
			t.Errorf("step %d: attempt %d, want %d", i, step.got, step.want)
		}
	}
}
