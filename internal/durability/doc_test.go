// Package durability_test checks from outside what firn makes durable. It runs the real
// binary under strace, on Linux, and applies every system call that touches a file to a
// model of the files that a power loss would leave (disk). These tests do not depend on the
// structure of firn's code: they name commands, and files on the disk.
//
// Two rules hold in every run. A file or directory is on the disk before a rename or a link
// gives it a name. And whenever firn answers (with a line on standard output, an answer
// over HTTP, or its end with status 0), everything that it has written is on the disk,
// including the names. A test adds rules of its own, one a line: what must be on the disk
// before some other act.
//
// In other runs a flush, a write or a rename fails: the first one, in the next run the
// second one, and so on, until the command succeeds without a failure. A run with a failure
// must not claim success for data that is not on the disk. The next run must end with a
// correct result.
//
// scripts/flushes.sh removes each flush from the source in turn, and shows that these tests
// notice it.
package durability_test
