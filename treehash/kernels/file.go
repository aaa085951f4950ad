package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// file is a file of generated assembly together with its Go declarations.
type file struct {
	*build.Context
}

// generate returns the contents of each generated file of package treehash by its name.
func generate() (map[string][]byte, error) {
	contents := map[string][]byte{}
	for name, write := range map[string]func(*file){"sha": writeSHA, "wide": writeWide} {
		f := &file{build.NewContext()}
		f.ConstraintExpr("!purego")
		f.ConstraintExpr("!nokernels")
		write(f)
		assembly, declarations, err := f.print()
		if err != nil {
			return nil, fmt.Errorf("generating %s: %w", name, err)
		}
		contents[name+"_amd64.s"] = assembly
		contents[name+"_amd64.go"] = declarations
	}
	return contents, nil
}

// print compiles the file. Among other things this checks that no register is read before
// it is written.
func (f *file) print() (assembly, declarations []byte, err error) {
	result, err := f.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(result); err != nil {
		return nil, nil, err
	}
	config := printer.Config{Name: "firn/treehash/kernels", Pkg: "treehash"}
	if assembly, err = printer.NewGoAsm(config).Print(result); err != nil {
		return nil, nil, err
	}
	declarations, err = printer.NewStubs(config).Print(result)
	return assembly, declarations, err
}

// function begins a function without a stack frame of its own. The lines of doc become the
// comment of its declaration.
func (f *file) function(name, signature string, doc ...string) {
	f.Function(name)
	f.Attributes(attr.NOSPLIT)
	f.Doc(doc...)
	f.Pragma("noescape")
	f.SignatureExpr(signature)
}
