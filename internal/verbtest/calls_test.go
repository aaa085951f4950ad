package verbtest_test

import (
	"firn/depot"
	"firn/download"
	"firn/jobs"
	"firn/purge"
	"firn/reconcile"
	"firn/upload"
	"firn/vault"
)

// How a test calls a verb: on which depot, and with what options. The vault is named by the
// call; see at.
type (
	uploading struct {
		depot.Depot
		upload.Options
	}
	retrieving struct {
		depot.Depot
		jobs.Options
	}
	waiting struct {
		depot.Depot
		jobs.WaitOptions
	}
	downloading struct {
		depot.Depot
		download.Options
	}
	inventorying struct {
		depot.Depot
		reconcile.Options
	}
	purging struct {
		depot.Depot
		purge.Options
		approve func(purge.Plan) error
	}
)

// at is a depot with another vault.
func at(v vault.Vault, d depot.Depot) depot.Depot {
	d.Vault = v
	return d
}
