package cli

import "testing"

func TestRefilled(t *testing.T) {
	const long = "List the archives in the catalog, the oldest first. firn sends no request to a\nvault.\n\n" +
		"STATE is one of:\n\n  stored     the vault has accepted the archive, and this line stays\n\nThe end."
	if got := refilled(long, 80); got != long {
		t.Errorf("a wide terminal gets\n%s", got)
	}
	const want = "List the archives in the catalog, the\noldest first. firn sends no request to a\nvault.\n\n" +
		"STATE is one of:\n\n  stored     the vault has accepted the archive, and this line stays\n\nThe end."
	if got := refilled(long, 40); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
