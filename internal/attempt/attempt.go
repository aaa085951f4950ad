// Package attempt counts how often a request is sent: whoever repeats requests opens a scope for
// each of them, and whoever sends them counts within it. Two requests with the same address in
// different scopes are different requests.
package attempt

import (
	"context"
	"sync"
)

type scopeKey struct{}

type scope struct {
	mu     sync.Mutex
	failed map[string]int // failures in a row, by id
}

// Scope returns a context for one request, or a few, that may be sent again.
func Scope(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, &scope{failed: make(map[string]int)})
}

// Counter returns a function that returns the number of an attempt of a request in the scope of
// ctx, from 1 on, and remembers whether the attempt failed. After a success the count begins again.
// Without a scope every attempt is the first.
func Counter(ctx context.Context, id string) func(failed bool) int {
	s, ok := ctx.Value(scopeKey{}).(*scope)
	if !ok {
		return func(bool) int { return 1 }
	}
	return func(failed bool) int { return s.count(id, failed) }
}

func (s *scope) count(id string, failed bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.failed[id] + 1
	if failed {
		s.failed[id] = n
	} else {
		delete(s.failed, id)
	}
	return n
}
