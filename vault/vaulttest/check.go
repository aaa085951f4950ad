package vaulttest

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"firn/vault"
)

// Result is the outcome of one behaviour of the suite.
type Result struct {
	Behaviour string
	// Failures has one sentence for each deviation; empty if there was none.
	Failures []string
	// Skipped says why the behaviour was not checked to its end; empty if it was.
	Skipped string
}

// Check runs the suite outside of tests, against a real store, and calls report with the
// result of each behaviour. open returns a fresh, empty vault. reopen returns the same
// vault as another process would open it. Check calls both at least once for each
// behaviour, and the caller removes what they create.
//
// When ctx is cancelled, Check finishes the present behaviour and returns the cause of ctx.
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
			return context.Cause(ctx) // the cancellation is what failed
		}
		report(Result{Behaviour: b.name, Failures: t.failures, Skipped: t.skipped})
	}
	return nil
}

// Behaviours returns the number of results that [Check] reports.
func Behaviours() int { return len(behaviours()) }

// checker is the T of one behaviour outside of tests.
type checker struct {
	ctx context.Context

	mu       sync.Mutex
	failures []string
	skipped  string
}

// run runs a behaviour and waits for it. The behaviour has its own goroutine because Fatal
// and Skip end it with runtime.Goexit.
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
