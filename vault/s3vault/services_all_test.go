//go:build torture

package s3vault_test

import "firn/internal/coldfront"

func someServices() []coldfront.Service { return coldfront.Services() }
