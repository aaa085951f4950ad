package vaulturl

import (
	"net/url"
	"strconv"
	"strings"
)

// Beside returns the URL of another vault next to the vault of r. In a bucket it is the
// part below the folder name. Elsewhere it is a vault whose name ends with a hyphen and
// name. It creates nothing.
func (r Ref) Beside(name string) string {
	switch r.Kind {
	case Directory:
		return strings.TrimRight(r.Path, `/\`) + "-" + name
	case S3:
		return "s3://" + r.Name + "/" + (&url.URL{Path: r.Prefix + name}).EscapedPath() + r.query()
	}
	return "glacier://" + r.Name + "-" + name + r.query()
}

// query returns the query of the URL, with the options that are set.
func (r Ref) query() string {
	options := url.Values{}
	for key, value := range map[string]string{
		"region": r.Region, "profile": r.Profile, "account": r.Account, "endpoint": r.Endpoint,
		"class": r.Class, "addressing": r.Addressing, "lacks": r.Lacks,
	} {
		if value != "" {
			options.Set(key, value)
		}
	}
	for key, n := range map[string]int{"keep-days": r.KeepDays, "max-parts": r.MaxParts} {
		if n != 0 {
			options.Set(key, strconv.Itoa(n))
		}
	}
	if len(options) == 0 {
		return ""
	}
	return "?" + options.Encode()
}
