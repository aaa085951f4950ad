//go:build !race && !torture

package s3vault_test

import (
	"slices"

	"firn/internal/coldfront"
)

// someServices returns the service that lacks most. `make torture` runs the suite at each
// service, and the scripts of cmd/firn run at each service in `make test`, too.
func someServices() []coldfront.Service {
	return slices.DeleteFunc(coldfront.Services(), func(s coldfront.Service) bool { return s.Name != "backblaze" })
}
