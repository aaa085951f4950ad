//go:build linux

package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"firn/cmd/firn/internal/cli"
)

// ending returns a program whose only command is f.
func ending(t *testing.T, f func(ctx context.Context) error) *cli.Program {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		signal.Reset()
		_ = null.Close()
	})
	p := newCommand([]string{"firn", "end"}, null, null, null)
	p.Root.AddCommand(&cobra.Command{Use: "end", RunE: func(cmd *cobra.Command, _ []string) error { return f(cmd.Context()) }})
	return p
}

// interrupt sends a signal to this process and returns when it has arrived.
func interrupt(t *testing.T) {
	t.Helper()
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, syscall.SIGTERM)
	defer signal.Stop(arrived)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-arrived
}

// A command that ends while signals arrive keeps its status.
func TestSignalsAtTheEndLeaveTheStatus(t *testing.T) {
	for name, signals := range map[string]int{"one": 1, "two": 2, "three": 3} {
		t.Run(name, func(t *testing.T) {
			p := ending(t, func(context.Context) error {
				for range signals {
					interrupt(t)
				}
				return nil
			})
			if s := supervise(p); s != cli.StatusDone {
				t.Errorf("the status is %d", s)
			}
		})
	}
}

// Between the end of the command and the end of the process, a signal does not kill.
func TestASignalAfterTheEndDoesNotKill(t *testing.T) {
	p := ending(t, func(context.Context) error { return nil })
	if s := supervise(p); s != cli.StatusDone {
		t.Errorf("the status is %d", s)
	}
	// The signal goes to this thread, so it would end the process before the call returns.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// After the second signal the program ends although its command is blocked.
func TestASecondSignalLeavesABlockedCommand(t *testing.T) {
	blocked := make(chan struct{})
	defer close(blocked)
	p := ending(t, func(ctx context.Context) error {
		p := make(chan struct{})
		go func() {
			defer close(p)
			interrupt(t)
			<-ctx.Done()
			interrupt(t)
		}()
		<-p
		<-blocked
		return nil
	})
	p.SetBusy()
	if s := supervise(p); s != cli.StatusInterrupted {
		t.Errorf("the status is %d", s)
	}
}
