package seal_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a program of Debian.
func run(t *testing.T, stdin []byte, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", program, strings.Join(args, " "), err, &stderr)
	}
	return out
}

// Debian's age is 1.1.1, which knows no hybrid keys.
func TestDebiansAgeReadsAndWritesTheSameFiles(t *testing.T) {
	plain := payload(300_000)
	all := keys(t)
	generated := filepath.Join(t.TempDir(), "generated")
	run(t, nil, "age-keygen", "-o", generated)
	text, err := os.ReadFile(generated)
	must(t, err)
	all["age-keygen"] = key{strings.TrimSpace(string(run(t, nil, "age-keygen", "-y", generated))), string(text)}
	for _, kind := range []string{"age-keygen", "X25519", "ssh-ed25519", "ssh-rsa"} {
		k := all[kind]
		file, _ := sealed(t, plain, recipients(t, k.public))
		if got := run(t, file, "age", "-d", "-i", write(t, k.file)); !bytes.Equal(got, plain) {
			t.Errorf("%s: age decrypts %d other bytes", kind, len(got))
		}
		got, err := readAll(run(t, plain, "age", "-r", strings.TrimSpace(k.public)), identities(t, k))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: of a file of age, %d bytes, %v", kind, len(got), err)
		}
	}
}
