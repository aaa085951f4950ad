// Package transfer is the engine that moves parts: planned, concurrent, paced,
// retried and verified.
//
// It knows a vault only by its contract, and a source or a target only as bytes.
// Everything that must survive the process is told to the caller through
// [Options.Record] or [FetchOptions.Record], durably, before it counts. Memory
// depends neither on the size of a part nor on that of the archive: a part is
// read once to be hashed, through a small buffer, and once more to be sent, while
// it is still in the page cache; a segment on its way down is hashed and written
// from such a buffer. Only what must come out in order is held in memory.
//
// Waiting uses the runtime's clock, which tests replace by running in a
// testing/synctest bubble. No time of day is kept here or compared with that of
// another machine.
package transfer
