//go:build !linux

package dirvault_test

import "errors"

// bind has no way here.
func bind() error { return errors.New("root is bound by no mode here: run the tests as another user") }
