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
		{attempt.Count(one, "a", true), 1},
		{attempt.Count(one, "b", true), 1},
		{attempt.Count(one, "a", true), 2},
		{attempt.Count(other, "a", false), 1}, // another request to the same address
		{attempt.Count(one, "a", false), 3},
		{attempt.Count(one, "a", false), 1},
		{attempt.Count(t.Context(), "a", true), 1},
		{attempt.Count(t.Context(), "a", true), 1},
	} {
		if step.got != step.want {
			t.Errorf("step %d: attempt %d, want %d", i, step.got, step.want)
		}
	}
}
