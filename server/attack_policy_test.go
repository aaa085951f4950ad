package server_test

import (
	"strings"
	"testing"
)

// A long header against a long pattern is refused, not matched for seconds: whoever
// sends it may do nothing, since what the policy would decide is not known.
func TestLongUserAgentIsNotMatched(t *testing.T) {
	s := start(t)
	s.createVault("films")
	pattern := "*" + strings.Repeat("a", 19_000) + "b"
	text := statement("Deny", `"*"`, "glacier:ListJobs", `"StringLike":{"aws:UserAgent":"`+pattern+`"}`)
	s.do(request{method: "PUT", path: "/-/vaults/films/access-policy", body: withPolicy(t, text)}).want(t, 204, "")
	list := request{method: "GET", path: "/-/vaults/films/jobs", header: map[string]string{"User-Agent": strings.Repeat("a", 60_000)}}
	s.do(list).wantError(t, 400, "InvalidParameterValueException",
		"Invalid user-agent: a policy of the vault asks for it, and it has more than 2048 bytes.")
	list.header["User-Agent"] = strings.Repeat("a", 2048)
	s.do(list).want(t, 200, `{"JobList":[],"Marker":null}`)
}
