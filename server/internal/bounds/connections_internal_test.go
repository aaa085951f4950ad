package bounds

import (
	"net"
	"testing"
)

// A client has a whole network of IPv6 to itself, and counts once.
func TestHostOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7:4711":             "192.0.2.7",
		"[::ffff:192.0.2.7]:4711":    "192.0.2.7",
		"[2001:db8:1:2::3]:4711":     "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::]:4711": "2001:db8:1:2::/64",
	} {
		at, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := hostOf(at); got != want {
			t.Errorf("%s is %s, want %s", addr, got, want)
		}
	}
}
