// Package verbtest contains the tests of the verbs (upload, jobs, download, reconcile,
// verify, purge). They are in one package because they share a test rig: a vault whose jobs
// take hours by the clock of the test, a catalog, scripted faults and a directory for
// files.
package verbtest
