package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// stalled is how long a script may make no progress before it counts as hung. Its whole duration
// has no limit.
const stalled = 5 * time.Minute

// watch detects that one script hangs. A script makes progress when it runs one of its commands,
// when a process with its working directory in the script's begins or ends, and when such a
// process uses the processor.
type watch struct {
	dir  string
	t    testscript.T
	over chan struct{} // closed when the script has ended
	done chan struct{} // closed when the watch has ended
	hung chan struct{} // closed when the script hangs

	mu    sync.Mutex
	moved time.Time // when the script last made progress
}

type watchKey struct{}

// watchScript watches a script until it ends.
func watchScript(env *testscript.Env, limit time.Duration) {
	w := &watch{
		dir: env.WorkDir, t: env.T(), moved: time.Now(),
		over: make(chan struct{}), done: make(chan struct{}), hung: make(chan struct{}),
	}
	env.Values[watchKey{}] = w
	if !seesProcesses {
		return
	}
	go w.run(limit)
	env.Defer(func() {
		close(w.over)
		<-w.done
	})
}

// watchOf returns the watch of a running script.
func watchOf(ts *testscript.TestScript) *watch {
	w, ok := ts.Value(watchKey{}).(*watch)
	if !ok {
		ts.Fatalf("nobody watches this script")
	}
	return w
}

// watched makes each command report progress to the watch.
func watched(commands map[string]scriptCommand) map[string]scriptCommand {
	for name, command := range commands {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			watchOf(ts).move()
			command(ts, neg, args)
			watchOf(ts).move()
		}
	}
	return commands
}

func (w *watch) move() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved = time.Now()
}

func (w *watch) idle() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.moved)
}

func (w *watch) run(limit time.Duration) {
	defer close(w.done)
	ticker := time.NewTicker(min(time.Second, limit/10))
	defer ticker.Stop()
	var before map[int]process
	for {
		select {
		case <-w.over:
			return
		case <-ticker.C:
		}
		running := processesIn(w.dir)
		if !maps.Equal(running, before) {
			before = running
			w.move()
		}
		if w.idle() < limit {
			continue
		}
		var lines []string
		for _, p := range running {
			lines = append(lines, p.line)
		}
		text := fmt.Sprintf("%s hung: for %v no command of the script ended, none began and none did anything; running are\n%s",
			w.dir, limit, strings.Join(slices.Sorted(slices.Values(lines)), "\n"))
		fmt.Fprintln(os.Stderr, text) // also if the script never ends
		w.t.Log(text)
		close(w.hung)
		endProcesses(w.dir, w.over)
		return
	}
}

// process is a process of a script.
type process struct {
	line string // as it was called
	used string // of the processor, so far
}
