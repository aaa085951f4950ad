//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A script that hangs is ended with the name of the command that hangs: a program, or a wait for
// an event that never happens.
func TestHungScriptIsNamed(t *testing.T) {
	for name, script := range map[string]string{
		"a program":  "exec sleep 1000000\n",
		"what waits": "start sleeper sleep 1000000\nuntil sleeper.out 1 never\n",
		"an end":     "start sleeper sleep 1000000\nfinish sleeper 0\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "hangs.txtar")
			if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
				t.Fatal(err)
			}
			outer := &loggedScript{}
			done := make(chan struct{})
			go func() { // it ends with Goexit, as a test that failed does
				defer close(done)
				testscript.RunT(outer, testscript.Params{
					Files: []string{file}, Cmds: watched(scriptCommands()),
					Setup: func(env *testscript.Env) error {
						watchScript(env, time.Second)
						return nil
					},
				})
			}()
			<-done
			log := outer.log.String()
			if !outer.failed || !strings.Contains(log, " hung: ") || !strings.Contains(log, "sleep 1000000") {
				t.Errorf("failed %v, with the log\n%s", outer.failed, log)
			}
		})
	}
}

// loggedScript is a testscript.T that keeps what a test would print. It is used by the
// script and by its watch, one after the other.
type loggedScript struct {
	log    strings.Builder
	failed bool
}

func (l *loggedScript) Run(_ string, f func(testscript.T)) { f(l) }
func (l *loggedScript) Log(args ...any)                    { fmt.Fprintln(&l.log, args...) }
func (l *loggedScript) Parallel()                          {}
func (l *loggedScript) Verbose() bool                      { return false }
func (l *loggedScript) Skip(...any)                        { runtime.Goexit() }
func (l *loggedScript) Fatal(args ...any) {
	l.Log(args...)
	l.FailNow()
}

func (l *loggedScript) FailNow() {
	l.failed = true
	runtime.Goexit()
}
