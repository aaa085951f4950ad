// Package durability_test looks from outside at what firn makes durable. It runs the
// real binary under strace, on Linux, and holds every system call that touches a file
// against a model of what a power loss would leave (disk). Nothing here knows how
// firn's code is laid out: the tests name commands, and files as they lie on the disk.
//
// Two rules hold in every run. A file or directory that gets a name by a rename or a
// link is on the disk before it does. And whenever firn answers (a line on standard
// output, an answer over HTTP, its end with status 0), everything that it has written
// is on the disk, the names too. A test adds what must be on the disk before some other
// act, in a line each.
//
// In other runs a flush, a write or a rename fails, the first, then the second and so
// on, until the command gets through. Then firn must not say that it succeeded with what
// is not on the disk, and the next run must be right.
//
// scripts/flushes.sh takes each flush out of the source in turn and shows that these
// tests see it.
package durability_test
