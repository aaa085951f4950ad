package cli

import (
	"bytes"
	"errors"
	"testing"

	"firn/cmd/firn/internal/term"
)

// A processor that computes wrong hashes gives one line, and another one gives none.
func TestAFaultyKernelIsToldOf(t *testing.T) {
	var b bytes.Buffer
	p := &Program{UI: term.NewUI(&b, func() int { return 0 })}
	p.Distrust(nil)
	if b.Len() > 0 {
		t.Errorf("without a fault: %q", b.String())
	}
	p.Distrust(errors.New(`the kernel "sha-ni" computes wrong SHA-256 hashes`))
	const want = `firn: warning: the kernel "sha-ni" computes wrong SHA-256 hashes; firn computes all hashes without it, ` +
		"which is slower; do not trust other results of this machine\n"
	if got := b.String(); got != want {
		t.Errorf("with a fault:\n%s\nwant:\n%s", got, want)
	}
}
