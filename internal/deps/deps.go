//go:build deps

// Package deps pins what is about to be used, until it is.
package deps

import (
	_ "github.com/adrg/xdg"
	_ "github.com/aws/aws-sdk-go-v2/aws"
	_ "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	_ "github.com/aws/aws-sdk-go-v2/config"
	_ "github.com/aws/aws-sdk-go-v2/credentials"
	_ "github.com/aws/aws-sdk-go-v2/service/glacier"
	_ "github.com/aws/smithy-go"
	_ "github.com/bmatcuk/doublestar/v4"
	_ "github.com/dustin/go-humanize"
	_ "github.com/gofrs/flock"
	_ "github.com/jedib0t/go-pretty/v6/table"
	_ "github.com/pressly/goose/v3"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/spf13/cobra"
	_ "github.com/vbauerster/mpb/v8"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
	_ "golang.org/x/time/rate"
	_ "modernc.org/sqlite"
)
