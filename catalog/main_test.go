package catalog_test

import (
	"bufio"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"modernc.org/sqlite"

	"firn/catalog"
)

// childEnv names the work of a child process of these tests; the path of the
// catalog is its argument.
const childEnv = "FIRN_CATALOG_TEST_CHILD"

func TestMain(m *testing.M) {
	work := os.Getenv(childEnv)
	if work == "" {
		m.Run()
		return
	}
	if err := children[work](context.Background(), os.Args[1]); err != nil {
		panic(err)
	}
}

// children is what child processes do. Each says on stdout how far it came and
// goes on until it is killed or its stdin ends.
var children = map[string]func(ctx context.Context, path string) error{
	"save": func(ctx context.Context, path string) error {
		c, err := catalog.Open(ctx, path, catalog.Options{})
		if err != nil {
			return err
		}
		u := anUpload()
		if err := c.SaveUpload(ctx, &u); err != nil {
			return err
		}
		fmt.Println(u.Key)
		for n := int64(0); ; n++ {
			if err := c.SavePart(ctx, u.Key, aPart(n)); err != nil {
				return err
			}
			fmt.Println(n)
		}
	},
	"lock": func(ctx context.Context, path string) error {
		c, err := catalog.Open(ctx, path, catalog.Options{})
		if err != nil {
			return err
		}
		if _, err := c.LockUpload(ctx, vaultURL, "path", "description"); err != nil {
			return err
		}
		fmt.Println("locked")
		_, err = os.Stdin.Read(make([]byte, 1))
		return err
	},
	"die": func(ctx context.Context, path string) error {
		err := sqlite.RegisterScalarFunction("die", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return nil, err
			}
			return nil, errors.Join(self.Kill(), errors.New("it lives"))
		})
		if err != nil {
			return err
		}
		_, err = catalog.Open(ctx, path, catalog.Options{})
		fmt.Println("opened:", err)
		return err
	},
	"add": func(ctx context.Context, path string) error {
		c, err := catalog.Open(ctx, path, catalog.Options{})
		if err != nil {
			return err
		}
		for range additions {
			u := anUpload()
			if err := c.SaveUpload(ctx, &u); err != nil {
				return err
			}
			if err := c.SavePart(ctx, u.Key, aPart(0)); err != nil {
				return err
			}
		}
		return c.Close()
	},
}

// additions is how many uploads the child "add" saves.
const additions = 40

// child is a running child process.
type child struct {
	*exec.Cmd
	said *bufio.Scanner // its stdout, line by line
}

// start starts a child at its work.
func start(t *testing.T, work, path string) child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], path)
	cmd.Env = append(os.Environ(), childEnv+"="+work)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // so that its stdin does not end
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return child{Cmd: cmd, said: bufio.NewScanner(out)}
}

// kill ends the child as a crash would.
func (c child) kill(t *testing.T) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
}
