package main

import (
	"errors"
	"io"
	"os"
)

// diskStep is the number of bytes that are read and written at a time.
const diskStep = 1 << 20

// keep copies the file at path to a new one, and returns when it is on the disk. The bytes
// pass through the program, as bytes from a network do.
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

func read(path string) error { return pass(path, io.Discard) }

// pass copies the bytes of the file at path to w. The wrapper types prevent the system from
// copying the bytes itself.
func pass(path string, w io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{file}, make([]byte, diskStep))
	return err
}
