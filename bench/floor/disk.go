package main

import (
	"errors"
	"io"
	"os"
)

// diskStep is how much is read and written at a time.
const diskStep = 1 << 20

// keep copies the file at path to a new one, which is on the disk when it returns.
// The bytes pass through the program, as those of a network do.
func keep(path, to string) (err error) {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := pass(path, out); err != nil {
		return err
	}
	return out.Sync()
}

// read reads the file at path to its end.
func read(path string) error { return pass(path, io.Discard) }

// pass hands the bytes of the file at path to w. The types hide the ways in which
// the system would copy by itself.
func pass(path string, w io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{file}, make([]byte, diskStep))
	return err
}
