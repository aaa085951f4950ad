package notify

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"firn/vault"
)

// place is where a queue is.
type place struct {
	endpoint string // scheme and host of its URL
	region   string // that the host names; empty if it names none
}

// parseQueueURL takes the URL of a queue apart. Plain HTTP is for this machine
// only: it shows what is asked, and to whom.
func parseQueueURL(raw string) (place, error) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		// Not quoted: what stands there may be a secret.
		return place{}, fmt.Errorf("the queue's URL: %w: it looks like https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE, "+
			"without a user name", vault.ErrInvalid)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", strings.Trim(u.Path, "/") == "", u.RawQuery != "", u.Fragment != "":
		return place{}, fmt.Errorf("queue %.300q: %w: a queue's URL looks like https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE",
			raw, vault.ErrInvalid)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return place{}, fmt.Errorf("queue %.300q: %w: plain HTTP is used only to this machine (127.0.0.1, ::1, localhost); use https",
			raw, vault.ErrInvalid)
	}
	return place{endpoint: u.Scheme + "://" + u.Host, region: regionOf(u.Hostname())}, nil
}

// regionOf reads the region out of the name of one of Amazon's hosts, in the
// present form or the first one (Amazon SQS developer guide, "Endpoints").
func regionOf(host string) string {
	m := regexp.MustCompile(`^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$`).
		FindStringSubmatch(strings.ToLower(host))
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
