// Package transfer is the engine that moves parts and segments. It plans them, transfers
// several at a time, adapts to the speed of the connection, retries and verifies.
//
// It knows a vault only by its contract, and a source or a target only as bytes. It passes
// everything that must survive the process to the caller through [Options.Record] or
// [FetchOptions.Record], which must be durable before it counts as done. Its memory depends
// neither on the size of a part nor on the size of the archive. It reads a part once to
// hash it, through a small buffer, and once more to send it, while it is still in the page
// cache. It hashes and writes a downloaded segment from such a buffer. It holds in memory
// only bytes that must be written in order.
//
// Waiting uses the runtime's clock, which tests replace by running in a testing/synctest
// bubble. The package neither stores times of day nor compares them with the clock of
// another machine.
package transfer
