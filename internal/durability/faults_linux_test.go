package durability_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Go program moves between threads, and strace counts the calls to fail per thread. A
// seccomp filter of the kernel therefore finds the n-th call of all threads here: it asks
// before each call.

// fault makes calls of a kind fail.
type fault struct {
	kind   string         // flush, write or name; empty for any
	path   string         // within the sandbox, as in rules; empty for any
	within string         // limits the fault to this file or directory, as in rules; empty for no limit
	n      int            // which call fails, from 1 on; consecutive writes to one file count as one
	error  syscall.Errno  // 0 kills the process before the call
	onward bool           // all later calls fail, too: the disk stays full
	dir    string         // the sandbox
	seen   int            // calls counted so far
	last   string         // the last call
	hit    string         // the first call that failed; empty for none
	done   chan struct{}  // closed when the process has ended
	is     *regexp.Regexp // path
	in     *regexp.Regexp // within
}

// anew returns the same fault before its first use.
func (f fault) anew() fault {
	return fault{kind: f.kind, path: f.path, within: f.within, n: f.n, error: f.error, onward: f.onward}
}

// faultsVariable makes the test binary become firn, under a filter.
const faultsVariable = "FIRN_TEST_FAULTS"

// kindOfCall gives the kinds of the calls that the filter asks about.
var kindOfCall = map[int32]string{
	unix.SYS_FSYNC: "flush", unix.SYS_FDATASYNC: "flush",
	unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "write", unix.SYS_WRITEV: "write", unix.SYS_PWRITEV: "write",
	unix.SYS_FTRUNCATE: "write", unix.SYS_COPY_FILE_RANGE: "write",
	unix.SYS_RENAMEAT: "name", unix.SYS_RENAMEAT2: "name", unix.SYS_LINKAT: "name",
}

// These values are from <linux/seccomp.h>.
const (
	seccompSetModeFilter     = 1
	seccompFilterNewListener = 1 << 3
	seccompRetAllow          = 0x7fff0000
	seccompRetUserNotif      = 0x7fc00000
	seccompReceive           = 0xc0502100
	seccompSend              = 0xc0182101
	seccompContinue          = 1
)

type notification struct {
	id       uint64
	pid      uint32
	flags    uint32
	call     int32
	arch     uint32
	at       uint64
	argument [6]uint64
}

type response struct {
	id    uint64
	value int64
	error int32
	flags uint32
}

// becomeFirn puts this process under the filter, passes the descriptor of the filter to the
// parent, and becomes firn.
func becomeFirn() {
	runtime.LockOSThread()
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}} // the number of the call
	left := uint8(len(kindOfCall))
	for call := range kindOfCall {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(call), Jt: left})
		left--
	}
	filter = append(filter,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: seccompRetAllow},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: seccompRetUserNotif})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	if err == nil {
		listener, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, seccompSetModeFilter, seccompFilterNewListener, uintptr(unsafe.Pointer(&program)))
		if err = errno; errno == 0 {
			err = unix.Sendmsg(3, nil, unix.UnixRights(int(listener)), nil, 0)
		}
	}
	if err == nil {
		err = syscall.Exec(os.Getenv(firnVariable), os.Args, os.Environ())
	}
	panic(err)
}

// shim returns the program that becomes firn under faults.
func (*sandbox) shim() string { return os.Args[0] }

// underFaults makes cmd start firn under the filter, directly or through strace.
func (s *sandbox) underFaults(f *fault, cmd *exec.Cmd) run {
	s.t.Helper()
	f.dir, f.done, f.is, f.in = s.dir, make(chan struct{}), pattern(f.path, f.path != ""), pattern(f.within, false)
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(ends[1]), "socket")
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Env = append(cmd.Env, faultsVariable+"=1", firnVariable+"="+os.Getenv(firnVariable))
	var failed error
	go func() {
		defer close(f.done)
		failed = f.supervise(ends[0])
	}()
	r := s.finish(cmd)
	_ = theirs.Close() // the child has a copy
	<-f.done
	if err := errors.Join(failed, unix.Close(ends[0])); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// supervise answers the questions of the filter until the process has ended.
func (f *fault) supervise(socket int) error {
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, nil, control, 0)
	if err != nil {
		return err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) == 0 {
		return errors.Join(errors.New("the process did not get under the filter"), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return err
	}
	listener := fds[0]
	defer unix.Close(listener)
	for {
		events := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(events, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if events[0].Revents&unix.POLLIN == 0 && events[0].Revents&unix.POLLHUP != 0 {
			return nil
		}
		var asked notification
		if err := ioctl(listener, seccompReceive, unsafe.Pointer(&asked)); err != nil {
			continue // the process was killed meanwhile
		}
		answer := response{id: asked.id, flags: seccompContinue}
		if f.strikes(&asked) {
			if f.error == 0 {
				_ = unix.Kill(int(asked.pid), unix.SIGKILL) // no answer: after one, the call might still be made
				continue
			}
			answer = response{id: asked.id, error: -int32(f.error)}
		}
		_ = ioctl(listener, seccompSend, unsafe.Pointer(&answer)) // the process may have been killed
	}
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

// strikes reports whether this call is to fail.
func (f *fault) strikes(n *notification) bool {
	kind, path := kindOfCall[n.call], f.target(n)
	if path == "" || passing.MatchString(path) || f.kind != "" && f.kind != kind || !f.is.MatchString(path) || !f.in.MatchString(path) {
		return false
	}
	call := kind + " " + path
	if kind != "write" || call != f.last {
		f.seen++
	}
	f.last = call
	if f.seen < f.n || f.seen > f.n && !f.onward {
		return false
	}
	if f.hit == "" {
		f.hit = call
	}
	return f.seen > f.n || call == f.hit
}

// target returns the file within the sandbox that a call acts on, or "" for any other.
func (f *fault) target(n *notification) string {
	fd := n.argument[0]
	switch n.call {
	case unix.SYS_COPY_FILE_RANGE, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT:
		fd = n.argument[2]
	}
	link := fmt.Sprintf("/proc/%d/fd/%d", n.pid, int32(fd))
	if int32(fd) == unix.AT_FDCWD {
		link = fmt.Sprintf("/proc/%d/cwd", n.pid)
	}
	path, err := os.Readlink(link)
	if err != nil {
		return ""
	}
	if kindOfCall[n.call] == "name" {
		name := readName(int(n.pid), n.argument[3])
		if !filepath.IsAbs(name) {
			name = filepath.Join(path, name)
		}
		path = name
	}
	rel, err := filepath.Rel(f.dir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") || !filepath.IsAbs(path) || strings.HasSuffix(path, " (deleted)") {
		return ""
	}
	return rel
}

// readName reads a file name from the memory of a process.
func readName(pid int, at uint64) string {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return ""
	}
	defer memory.Close()
	name := make([]byte, unix.PathMax)
	n, _ := memory.ReadAt(name, int64(at)) // a short read is fine at the end of the memory
	text, _, _ := strings.Cut(string(name[:n]), "\x00")
	return text
}
