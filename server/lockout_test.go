package server_test

import (
	"os"
	"path/filepath"
	"testing"
)

// An access policy that denies everything to everybody binds the owner, too, who
// cannot take it back. The operator can, while the server runs.
func TestAccessPolicyThatShutsEverybodyOut(t *testing.T) {
	dir := t.TempDir()
	s := startOver(t, openStore(t, dir))
	s.createVault("films")
	const path = "/-/vaults/films/access-policy"
	s.do(request{method: "PUT", path: path, body: withPolicy(t, statement("Deny", `"*"`, "glacier:*", ""))}).want(t, 204, "")
	s.do(request{method: "GET", path: "/-/vaults/films"}).wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "DELETE", path: path}).wantStatus(t, 403, "AccessDeniedException")
	if err := os.Remove(filepath.Join(dir, "films", "notes", "access-policy")); err != nil {
		t.Fatal(err)
	}
	if got := s.do(request{method: "GET", path: "/-/vaults/films"}); got.status != 200 {
		t.Errorf("when the operator has removed the policy: %d %s", got.status, got.body)
	}
}
