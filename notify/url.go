package notify

import (
	"net"
	"net/url"
	"regexp"
	"strings"

	"firn/vault"
)

// address is the parsed URL of a queue.
type address struct {
	endpoint string // scheme and host of the URL
	region   string // region in the host name; empty if there is none
}

// parseQueueURL parses the URL of a queue. Plain HTTP is allowed only to this machine,
// since requests can be read on the way.
func parseQueueURL(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		// The text is not quoted, since it may contain a secret.
		return address{}, vault.Errorf(vault.ErrInvalid, "the queue's URL: it looks like https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE, "+
			"without a user name")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", strings.Trim(u.Path, "/") == "", u.RawQuery != "", u.Fragment != "":
		return address{}, vault.Errorf(vault.ErrInvalid, "queue %.300q: a queue's URL looks like https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE",
			raw)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return address{}, vault.Errorf(vault.ErrInvalid, "queue %.300q: plain HTTP is used only to this machine (127.0.0.1, ::1, localhost); use https",
			raw)
	}
	return address{endpoint: u.Scheme + "://" + u.Host, region: regionOf(u.Hostname())}, nil
}

// regionOf returns the region in the name of one of Amazon's hosts, in the present form or
// the first one (Amazon SQS developer guide, "Endpoints"); empty if there is none.
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
