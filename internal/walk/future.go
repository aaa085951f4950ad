package walk

import "sync/atomic"

// A future is a result that another goroutine may make before its turn. If none has begun
// when the result is needed, the caller makes it.
type future[T any] struct {
	do    func() T
	ready chan T       // nil if there was no room ahead
	begun *atomic.Bool // somebody makes the result
}

// soon begins to make a result, if there is room ahead.
func soon[T any](w *walk, do func() T) future[T] {
	select {
	case w.ahead <- struct{}{}:
	default:
		return future[T]{do: do}
	}
	f := future[T]{do, make(chan T, 1), new(atomic.Bool)}
	w.all.Go(func() {
		w.workers <- struct{}{}
		defer func() { <-w.workers }()
		if f.begun.CompareAndSwap(false, true) {
			f.ready <- do()
		}
	})
	return f
}

// get returns the result. It is called once.
func (f future[T]) get(w *walk) T {
	if f.ready == nil {
		return f.do()
	}
	defer func() { <-w.ahead }()
	if f.begun.CompareAndSwap(false, true) {
		return f.do()
	}
	return <-f.ready
}
