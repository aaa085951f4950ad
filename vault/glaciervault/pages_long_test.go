//go:build !race || torture

package glaciervault_test

// Lists of millions take the race detector half a minute, without any concurrency. So these
// tests are called TestLong..., the name by which scripts/test.sh runs them.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"firn/vault/glaciervault"
)

// TestLongEndlessLists end at a length that no real list has.
func TestLongEndlessLists(t *testing.T) {
	isolate(t)
	for name, c := range map[string]struct {
		list    string // name of the JSON field
		perPage int
		item    func(n int) string
		walk    func(v *glaciervault.Vault, a *glaciervault.Account) (int, error)
		most    int
	}{
		"parts": {
			"Parts", 1000,
			func(n int) string {
				return fmt.Sprintf(`{"RangeInBytes":"%d-%d","SHA256TreeHash":"%s"}`, n<<20, (n+1)<<20-1, zeros)
			},
			func(v *glaciervault.Vault, _ *glaciervault.Account) (int, error) {
				return lengthOf(v.Parts(t.Context(), "UPLOAD"))
			},
			10_000,
		},
		"uploads": {
			"UploadsList", 25_000,
			func(n int) string { return fmt.Sprintf(`{"MultipartUploadId":"U%d"}`, n) },
			func(v *glaciervault.Vault, _ *glaciervault.Account) (int, error) {
				return lengthOf(v.Uploads(t.Context()))
			},
			1_000_000,
		},
		"jobs": {
			"JobList", 25_000,
			func(int) string { return `{}` }, // firn understands none of them, but counts each
			func(v *glaciervault.Vault, _ *glaciervault.Account) (int, error) {
				return lengthOf(v.Jobs(t.Context()))
			},
			1_000_000,
		},
		"vaults": {
			"VaultList", 25_000,
			func(n int) string { return fmt.Sprintf(`{"VaultName":"v%06d"}`, n) },
			func(_ *glaciervault.Vault, a *glaciervault.Account) (int, error) {
				return lengthOf(a.Vaults(t.Context(), ""))
			},
			100_000,
		},
		"nothing": {
			"Parts", 0, nil,
			func(v *glaciervault.Vault, _ *glaciervault.Account) (int, error) {
				return lengthOf(v.Parts(t.Context(), "UPLOAD"))
			},
			0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, n int) {
				items := make([]string, c.perPage)
				for i := range items {
					items[i] = c.item(n*c.perPage + i)
				}
				reply(w, 200, fmt.Sprintf(`{"Marker":"m%d",%q:[%s]}`, n, c.list, strings.Join(items, ",")))
			})
			n, err := c.walk(openAt(t, s.URL), accountAt(t, s.URL))
			wantNonsense(t, err)
			if n != c.most {
				t.Errorf("%d entries, want %d", n, c.most)
			}
		})
	}
}
