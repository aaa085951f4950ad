//go:build !race || torture

package ignore_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"firn/internal/ignore"
)

// words are the parts of patterns, and names of files.
var words = []string{"a", "b", "ab", "a.o", "\xff", "\u00e9x", "a b", "#", "!a", "-"}

// pattern returns a random line. It avoids a** before a slash, which git compares as a/**,
// and slashes in brackets, which only git allows.
func pattern(random *rand.Rand) string {
	globs := append([]string{"*", "**", "a*", "*b", "?", "??", "a?", "*.o", "?**", "[ab]", "[!a]*", "[^-]", "[]-]", "[a-b]?", `\a`, `\#`, `\!a`, "[[:alpha:]]", "[[:alpha:]-]*", "*a*", "[\xff]", "[\\]-]"}, words...)
	var line strings.Builder
	line.WriteString([]string{"", "", "", "!", "/", "!/"}[random.IntN(6)])
	for n := random.IntN(4); ; n-- {
		line.WriteString(globs[random.IntN(len(globs))])
		if n <= 0 {
			break
		}
		line.WriteByte('/')
	}
	line.WriteString([]string{"", "", "/", " "}[random.IntN(4)])
	return line.String()
}

// git decides about the same files in the same way.
func TestLongPatternsBesideGit(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range words {
		for _, b := range words[:7] {
			must(os.MkdirAll(filepath.Join(dir, a, b, "ab"), 0o777))
			must(os.WriteFile(filepath.Join(dir, a, b, "a.o"), nil, 0o666))
			must(os.WriteFile(filepath.Join(dir, a, b, "b"), nil, 0o666))
		}
		must(os.WriteFile(filepath.Join(dir, a, "x"), nil, 0o666))
	}
	var paths []string
	must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if path = strings.TrimPrefix(path, dir+"/"); path != dir {
			if d.IsDir() {
				path += "/"
			}
			paths = append(paths, path)
		}
		return err
	}))
	git := func(stdin string, args ...string) []string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "HOME=" + dir}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil && cmd.ProcessState.ExitCode() != 1 { // 1: no path is ignored
			t.Fatalf("git %v: %v: %s", args, err, &stderr)
		}
		return strings.Split(string(out), "\x00")
	}
	git("", "init", "-q")
	random := rand.New(rand.NewPCG(19, 1))
	for range 150 {
		lines := make([]string, 1+random.IntN(6))
		for i := range lines {
			lines[i] = pattern(random)
		}
		text := strings.Join(lines, "\n")
		must(os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(text), 0o666))
		l, _ := ignore.Parse([]byte(text))
		out := git(strings.ReplaceAll(strings.Join(paths, "\x00"), "/\x00", "\x00"), "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin")
		for i, path := range paths {
			want, _ := strconv.Atoi(out[4*i+1])
			if got := match(l, path); got != want {
				t.Fatalf("patterns %q: line %d decides about %q, with git line %d", lines, got, path, want)
			}
		}
	}
}
