package main

import (
	"flag"

	"firn/internal/coldfront"
)

// dialectOf adds the options of how a service differs from S3.
func dialectOf(flags *flag.FlagSet) *coldfront.Dialect {
	d := &coldfront.Dialect{}
	flags.IntVar(&d.MaxParts, "max-parts", 0, "")
	flags.Int64Var(&d.MaxBody, "max-body", 0, "")
	flags.Func("unknown", "", func(name string) error {
		d.Unknown = append(d.Unknown, name)
		return nil
	})
	return d
}
