// Command kernels writes the assembly of package treehash and its Go declarations into the
// directory given as its argument. `go generate ./treehash` at the root of the project runs
// it.
//
// It is a module of its own, so that the product does not depend on the generator's
// libraries.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kernels:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("there are %d arguments instead of one; type: go generate ./treehash", len(args))
	}
	contents, err := generate()
	if err != nil {
		return err
	}
	for name, content := range contents {
		if err := os.WriteFile(filepath.Join(args[0], name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
