package durability_test

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// traced are the system calls that change a file or a directory, flush it, or send data to
// others. Some processors lack the calls with a question mark.
const traced = "trace=?open,openat,write,pwrite64,writev,pwritev,?pwritev2,ftruncate,fallocate,copy_file_range,?sendfile,?splice," +
	"fsync,fdatasync,?rename,renameat,?renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,?rmdir,?mkdir,mkdirat"

// call is a system call as strace writes it.
type call struct {
	name   string
	args   []arg
	failed bool
}

// arg is an argument: a descriptor with its path, a text, or something else.
type arg struct {
	raw, path, text string
	deleted         bool // the path was removed
}

// step is the beginning or the end of a call. Steps of other calls may lie between both.
type step struct {
	*call
	end bool
}

var (
	wholeCall   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)`)
	begunCall   = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	resumedCall = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)`)
	oneArg      = regexp.MustCompile(`(AT_FDCWD|\d+)<((?:[^<>\\]|\\.|->)*)>(\(deleted\))?|"((?:[^"\\]|\\.)*)"|[^, ][^,"]*`)
)

// readTrace returns the steps of the calls that strace wrote.
func readTrace(t *testing.T, text string) (steps []step) {
	t.Helper()
	open := make(map[string]*call) // by thread
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := wholeCall.FindStringSubmatch(line); m != nil {
			c := &call{name: m[2], args: readArgs(m[3]), failed: strings.HasPrefix(m[4], "-")}
			steps = append(steps, step{c, false}, step{c, true})
		} else if m := begunCall.FindStringSubmatch(line); m != nil {
			c := &call{name: m[2], args: readArgs(m[3])}
			open[m[1]] = c
			steps = append(steps, step{c, false})
		} else if m := resumedCall.FindStringSubmatch(line); m != nil && open[m[1]] != nil {
			c := open[m[1]]
			delete(open, m[1])
			c.args = append(c.args, readArgs(m[3])...)
			c.failed = strings.HasPrefix(m[4], "-")
			steps = append(steps, step{c, true})
		} else if !strings.Contains(line, "+++ ") && !strings.Contains(line, "--- ") && !strings.HasSuffix(line, "= ?") && !strings.Contains(line, "???") {
			t.Fatalf("strace wrote a line that is not understood: %s", line)
		}
	}
	return steps
}

func readArgs(text string) (args []arg) {
	for _, m := range oneArg.FindAllStringSubmatch(text, -1) {
		a := arg{raw: m[0], path: m[2], deleted: m[3] != ""}
		if m[1] != "" {
			a.raw = m[1]
		}
		if a.raw[0] == '"' {
			a.text = m[4]
			if s, err := strconv.Unquote(`"` + m[4] + `"`); err == nil {
				a.text = s
			}
		}
		args = append(args, a)
	}
	return args
}

// named returns the path of a name in the directory of a descriptor.
func named(dir, name arg) string {
	if filepath.IsAbs(name.text) {
		return filepath.Clean(name.text)
	}
	return filepath.Join(dir.path, name.text)
}

// paths returns the last two paths among the arguments: the old and the new name of a
// rename or link. Calls without "at" have no descriptors.
func (c *call) paths() (paths []string) {
	var dir arg
	for _, a := range c.args {
		switch {
		case a.raw[0] == '"':
			paths = append(paths, named(dir, a))
			dir = arg{}
		case a.path != "":
			dir = a
		}
	}
	return paths
}
