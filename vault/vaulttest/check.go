package vaulttest

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"firn/vault"
)

// Result is how a kind kept one behaviour of the contract.
type Result struct {
	Behaviour string
	// Failures are sentences about what was not as it should be; none if all was.
	Failures []string
	// Skipped says why the behaviour was not looked at to its end; empty if it was.
	Skipped string
}

// Check runs the suite outside of tests, against a real store, and tells report
// how each behaviour was kept. open returns a fresh, empty vault, and reopen the
// same vault as another process would have it; both are called once or more for
// each behaviour, and what they make is the caller's to remove.
//
// When ctx ends, so does Check after the behaviour that is under way, with the
// cause of ctx as its error.
func Check(
	ctx context.Context, o Options, open func(context.Context) (vault.Vault, error),
	reopen func(context.Context, vault.Vault) (vault.Vault, error), report func(Result),
) error {
	must := func(t *checker, v vault.Vault, err error) vault.Vault {
		if err != nil {
			t.Fatalf("no vault to check: %v", err)
		}
		return v
	}
	by := Opener[*checker]{
		New: func(t *checker) vault.Vault {
			v, err := open(ctx)
			return must(t, v, err)
		},
		Reopen: func(t *checker, v vault.Vault) vault.Vault {
			v, err := reopen(ctx, v)
			return must(t, v, err)
		},
	}
	for _, b := range behaviours() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t := &checker{ctx: ctx}
		t.run(func() { b.check(newSuite(t, by, o)) })
		if ctx.Err() != nil {
			return context.Cause(ctx) // which is what failed
		}
		report(Result{Behaviour: b.name, Failures: t.failures, Skipped: t.skipped})
	}
	return nil
}

// Behaviours is how many behaviours [Check] reports.
func Behaviours() int { return len(behaviours()) }

// checker is the T of one behaviour outside of tests.
type checker struct {
	ctx context.Context

	mu       sync.Mutex
	failures []string
	skipped  string
}

// run waits for a behaviour. It has a goroutine of its own, which Fatal and Skip
// end.
func (t *checker) run(behaviour func()) {
	var done sync.WaitGroup
	done.Go(behaviour)
	done.Wait()
}

func (t *checker) Context() context.Context { return t.ctx }
func (t *checker) Helper()                  {}

func (t *checker) Error(args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprint(args...))
}

func (t *checker) Errorf(format string, args ...any) {
	t.Error(fmt.Sprintf(format, args...))
}

func (t *checker) Fatal(args ...any) {
	t.Error(args...)
	runtime.Goexit()
}

func (t *checker) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

func (t *checker) Skip(args ...any) {
	t.mu.Lock()
	t.skipped = fmt.Sprint(args...)
	t.mu.Unlock()
	runtime.Goexit()
}
