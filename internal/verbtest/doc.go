// Package verbtest has the tests of the verbs (upload, jobs, download, reconcile, verify,
// purge). They stand together since they share a rig: a vault whose jobs take hours by the
// clock of the test, with a catalog, faults by script and a place for files.
package verbtest
