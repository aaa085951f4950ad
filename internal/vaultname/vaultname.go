// Package vaultname builds the canonical URL of a vault: the URL under which the catalog
// records it, whatever URL the user wrote.
//
// The rules are in a package of their own because three others need them: the kinds, which
// return their own URL; vaulturl, which names vaults without opening them; and the catalog,
// which renames vaults recorded by an earlier version of firn. The rules are:
//
//   - glacier://NAME?region=REGION, then &account= unless it is the credentials' own, then
//     &endpoint= unless it is Amazon's. The region is part of the name at every endpoint: a
//     vault is in one region, and even a private server refuses requests signed for another
//     one.
//   - s3://BUCKET/PREFIX?region=REGION at Amazon, s3://BUCKET/PREFIX?endpoint=URL
//     elsewhere. A bucket's name is unique at its service, and many services accept a
//     signature for any region, so the region is not part of the name there.
//   - file:///PATH, absolute and without symbolic links.
//   - An endpoint is in the form of [Endpoint].
//
// Options that only say how to use a vault are not part of its name: profile, class,
// keep-days, addressing, lacks, max-parts.
package vaultname

import (
	"net/url"
	"strings"
)

// ownAccount represents the account of the credentials.
const ownAccount = "-"

// Glacier returns the canonical URL of a vault of Amazon Glacier. An empty account is the
// credentials' own; an empty endpoint is Amazon's.
func Glacier(name, region, account, endpoint string) string {
	u := "glacier://" + name + "?region=" + escape(region)
	if account != "" && account != ownAccount {
		u += "&account=" + escape(account)
	}
	if endpoint = Endpoint(endpoint, "glacier", region); endpoint != "" {
		u += "&endpoint=" + escape(endpoint)
	}
	return u
}

// Bucket returns the canonical URL of the part of a bucket below a prefix. An empty
// endpoint is Amazon's.
func Bucket(bucket, prefix, region, endpoint string) string {
	u := "s3://" + bucket
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		u += (&url.URL{Path: "/" + prefix}).EscapedPath()
	}
	if endpoint = Endpoint(endpoint, "s3", region); endpoint != "" {
		return u + "?endpoint=" + escape(endpoint)
	}
	return u + "?region=" + escape(region)
}

// escape escapes a value for the query. It leaves characters of an endpoint that a query
// may contain, so that people can read the URL.
func escape(s string) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%5B", "[", "%5D", "]").Replace(url.QueryEscape(s))
}

// Canonical returns the canonical URL of a vault recorded by an earlier version of firn,
// which may have had other rules. It returns text that is no such URL unchanged.
func Canonical(name string) string {
	u, err := url.Parse(name)
	if err != nil || u.User != nil || u.Fragment != "" {
		return name
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return name
	}
	region, endpoint := query.Get("region"), query.Get("endpoint")
	switch {
	case u.Scheme == "glacier" && u.Host != "" && strings.Trim(u.Path, "/") == "" && region != "":
		return Glacier(u.Host, region, query.Get("account"), endpoint)
	case u.Scheme == "s3" && u.Host != "" && (region != "" || endpoint != ""):
		return Bucket(u.Host, u.Path, region, endpoint)
	case u.Scheme == "file" && u.Host == "" && u.Path != "" && u.RawQuery == "":
		return Directory(fromURL(u.Path))
	}
	return name
}
