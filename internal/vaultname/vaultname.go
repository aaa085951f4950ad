// Package vaultname writes the canonical URL of a vault: the one name under which
// the catalog knows it, however it was spelled.
//
// The rules are here alone, because three floors need them: the kinds, which tell
// their own URL; vaulturl, which names vaults that it does not open; and the
// catalog, which renames what an earlier firn wrote. They are:
//
//   - glacier://NAME?region=REGION, then &account= unless it is the credentials'
//     own, then &endpoint= unless it is Amazon's. The region belongs to the name at
//     every endpoint: a vault is in one region, also of a server of one's own, which
//     refuses requests that are signed for another.
//   - s3://BUCKET/PREFIX?region=REGION at Amazon, s3://BUCKET/PREFIX?endpoint=URL
//     elsewhere. A bucket's name is unique at its service, and many services take a
//     signature for any region, so the region is no part of the name there.
//   - file:///PATH, absolute and without symbolic links.
//   - An endpoint is written as [Endpoint] says.
//
// What only says how to use a vault is no part of its name: profile, class,
// keep-days, addressing, lacks, max-parts.
package vaultname

import (
	"net/url"
	"strings"
)

// ownAccount stands for the account that the credentials belong to.
const ownAccount = "-"

// Glacier returns the canonical URL of a vault of Amazon Glacier. An empty account
// is the credentials' own, an empty endpoint Amazon's.
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

// Bucket returns the canonical URL of what is below a prefix of a bucket. An empty
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

// escape leaves the characters of an endpoint that a query may hold, so that people
// can read the URL.
func escape(s string) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%5B", "[", "%5D", "]").Replace(url.QueryEscape(s))
}

// Canonical returns the canonical URL of a vault that an earlier firn named, which
// may have had other rules. What is no such name comes back as it is.
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
