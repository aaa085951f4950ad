package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func describeBody(name string) string {
	return `{"CreationDate":"2013-03-20T17:03:43.221Z","LastInventoryDate":null,"NumberOfArchives":0,"SizeInBytes":0,` +
		`"VaultARN":"` + arnPrefix + name + `","VaultName":"` + name + `"}`
}

func TestCreateVault(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/-/vaults/films", "/" + account + "/vaults/films", "/-/vaults/films"} {
		a := s.do(request{method: "PUT", path: path})
		a.want(t, 201, "")
		if got, want := a.header.Get("Location"), "/"+account+"/vaults/films"; got != want {
			t.Errorf("Location %q, want %q", got, want)
		}
		if got := a.header.Get("Content-Length"); got != "0" {
			t.Errorf("Content-Length %q, want 0", got)
		}
	}
}

func TestCreateVaultRefusesNames(t *testing.T) {
	s := start(t)
	for _, name := range []string{"a b", "a/b", "ä", "a:b", strings.Repeat("x", 256), "..%2f..", "%00"} {
		unescaped := name
		if !strings.Contains(name, "%") {
			name = url.PathEscape(name)
		} else {
			unescaped, _ = url.PathUnescape(name)
		}
		s.do(request{method: "PUT", path: "/-/vaults/" + name}).
			wantError(t, 400, "InvalidParameterValueException", "Invalid vault name: "+unescaped)
	}
	longest := strings.Repeat("x", 200)
	s.do(request{method: "PUT", path: "/-/vaults/" + longest}).want(t, 201, "")
}

func TestDescribeVault(t *testing.T) {
	s := start(t)
	s.createVault("films")
	s.do(request{method: "GET", path: "/-/vaults/films"}).want(t, 200, describeBody("films"))
	for _, name := range []string{"nothing", "testz:z", ".."} {
		s.do(request{method: "GET", path: "/-/vaults/" + name}).
			wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+name)
	}
}

func TestListVaults(t *testing.T) {
	s := start(t)
	s.do(request{method: "GET", path: "/-/vaults"}).want(t, 200, `{"Marker":null,"VaultList":[]}`)
	var bodies []string
	for i := range 12 {
		name := fmt.Sprintf("vault-%02d", i)
		s.createVault(name)
		bodies = append(bodies, describeBody(name))
	}
	page := func(marker string, from, to int) string {
		return `{"Marker":` + marker + `,"VaultList":[` + strings.Join(bodies[from:to], ",") + `]}`
	}
	marker := func(name string) string { return url.QueryEscape(arnPrefix + name) }
	quoted := func(name string) string { return `"` + arnPrefix + name + `"` }
	tests := []struct{ query, want string }{
		{"", page(quoted("vault-10"), 0, 10)},
		{"?limit=1000", page(quoted("vault-10"), 0, 10)},
		{"?limit=2", page(quoted("vault-02"), 0, 2)},
		{"?limit=2&marker=" + marker("vault-02"), page(quoted("vault-04"), 2, 4)},
		{"?marker=" + marker("vault-10"), page("null", 10, 12)},
		{"?marker=" + marker("vault-10") + "&limit=2", page("null", 10, 12)},
		{"?marker=" + marker("vault-10x"), page("null", 11, 12)},
		{"?marker=" + marker("zzz"), page("null", 0, 0)},
	}
	for _, test := range tests {
		s.do(request{method: "GET", path: "/-/vaults" + test.query}).want(t, 200, test.want)
	}
	for _, limit := range []string{"0", "-1", "1001", "x", "", "1e3"} {
		s.do(request{method: "GET", path: "/-/vaults?limit=" + limit}).
			wantError(t, 400, "InvalidParameterValueException", "Invalid limit: "+limit)
	}
	for _, marker := range []string{"vault-02", arnPrefix, arnPrefix + "../x", "arn:aws:glacier:us-east-1:012345678901:vaults/a"} {
		s.do(request{method: "GET", path: "/-/vaults?marker=" + url.QueryEscape(marker)}).
			wantError(t, 400, "InvalidParameterValueException", "Invalid marker: "+marker)
	}
}

func TestDeleteVault(t *testing.T) {
	s := start(t)
	s.createVault("empty")
	s.createVault("full")
	s.do(upload("POST", "/-/vaults/full/archives", []byte("film"), nil)).want(t, 201, "")

	for _, name := range []string{"empty", "empty", "never-there", "testz:z"} {
		s.do(request{method: "DELETE", path: "/-/vaults/" + name}).want(t, 204, "")
	}
	s.do(request{method: "GET", path: "/-/vaults/empty"}).
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"empty")
	s.do(request{method: "DELETE", path: "/-/vaults/full"}).
		wantError(t, 400, "InvalidParameterValueException", "Vault not empty or recently written to: "+arnPrefix+"full")
}
