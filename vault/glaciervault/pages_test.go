package glaciervault_test

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/glaciervault"
)

// lengthOf reads a list to its end or its first error.
func lengthOf[T any](list iter.Seq2[T, error]) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// wantNonsense checks that an error prevents a retry, and contains the request id for the
// service's support.
func wantNonsense(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrUnavailable) ||
		!strings.Contains(err.Error(), "AAABZpJrTyioDC_Hs") {
		t.Errorf("got %v", err)
	}
}

// TestListsThatMakeNoSense arrived completely, so they are not requested again.
func TestListsThatMakeNoSense(t *testing.T) {
	isolate(t)
	const part = `{"RangeInBytes":"0-1048575","SHA256TreeHash":"` + zeros + `"}`
	for name, list := range map[string]string{
		"no range":         `{"Parts":[{"SHA256TreeHash":"` + zeros + `"}]}`,
		"range reversed":   `{"Parts":[{"RangeInBytes":"5-4","SHA256TreeHash":"` + zeros + `"}]}`,
		"no hash":          `{"Parts":[{"RangeInBytes":"0-1"}]}`,
		"half a hash":      `{"Parts":[{"RangeInBytes":"0-1","SHA256TreeHash":"00"}]}`,
		"same part twice":  `{"Parts":[` + part + `,` + part + `]}`,
		"overlap":          `{"Parts":[` + part + `,{"RangeInBytes":"5-9","SHA256TreeHash":"` + zeros + `"}]}`,
		"overlap of pages": `{"Marker":"NEXT","Parts":[` + part + `]}`,
		"a marker again":   `{"Marker":"AGAIN","Parts":[]}`,
		"upload: no id":    `{"UploadsList":[{"PartSizeInBytes":1048576}]}`,
		"upload: odd id":   `{"UploadsList":[{"MultipartUploadId":"../x"}]}`,
		"upload: odd date": `{"UploadsList":[{"MultipartUploadId":"U","CreationDate":"yesterday"}]}`,
		"vault: no name":   `{"VaultList":[{"VaultARN":"arn"}]}`,
		"vault: odd name":  `{"VaultList":[{"VaultName":"../x"}]}`,
		"vault: twice":     `{"VaultList":[{"VaultName":"photos"},{"VaultName":"photos"}]}`,
		"vault: order":     `{"VaultList":[{"VaultName":"photos"},{"VaultName":"films"}]}`,
		"vault: odd date":  `{"VaultList":[{"VaultName":"photos","CreationDate":"yesterday"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, list) })
			var err error
			switch kind, _, _ := strings.Cut(name, ":"); kind {
			case "upload":
				_, err = lengthOf(openAt(t, s.URL).Uploads(t.Context()))
			case "vault":
				_, err = lengthOf(accountAt(t, s.URL).Vaults(t.Context(), ""))
			default:
				_, err = lengthOf(openAt(t, s.URL).Parts(t.Context(), "UPLOAD"))
			}
			wantNonsense(t, err)
		})
	}
}

// TestListsThatDoNotAdvance end, whatever changes between the pages.
func TestListsThatDoNotAdvance(t *testing.T) {
	isolate(t)
	walks := map[string]struct {
		page string // with room for a marker
		walk func(v *glaciervault.Vault, a *glaciervault.Account) error
	}{
		"parts": {`{"Marker":%q,"Parts":[{"RangeInBytes":"0-1048575","SHA256TreeHash":"` + zeros + `"}]}`, func(v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := lengthOf(v.Parts(t.Context(), "UPLOAD"))
			return err
		}},
		"uploads": {`{"Marker":%q,"UploadsList":[{"MultipartUploadId":"U"}]}`, func(v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := lengthOf(v.Uploads(t.Context()))
			return err
		}},
		"jobs": {`{"Marker":%q,"JobList":[{"JobId":"J","Action":"InventoryRetrieval","StatusCode":"InProgress"}]}`, func(v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := lengthOf(v.Jobs(t.Context()))
			return err
		}},
		"vaults": {`{"Marker":%q,"VaultList":[{"VaultName":"v"}]}`, func(_ *glaciervault.Vault, a *glaciervault.Account) error {
			_, err := lengthOf(a.Vaults(t.Context(), ""))
			return err
		}},
		"empty pages": {`{"Marker":%q,"JobList":[]}`, func(v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := lengthOf(v.Jobs(t.Context()))
			return err
		}},
	}
	for way, marker := range map[string]func(n int) string{
		"the same marker":     func(int) string { return "m" },
		"two markers in turn": func(n int) string { return fmt.Sprint("m", n%2) },
		"another marker":      func(n int) string { return fmt.Sprint("m", n) },
	} {
		for name, c := range walks {
			t.Run(name+"/"+way, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, _ request, n int) { reply(w, 200, fmt.Sprintf(c.page, marker(n))) })
				wantNonsense(t, c.walk(openAt(t, s.URL), accountAt(t, s.URL)))
				if n := len(s.seen()); n > 101 {
					t.Errorf("%d pages were asked for", n)
				}
			})
		}
	}
}

// TestUploadWithMostParts has the largest possible number of parts, and an empty page in
// between.
func TestUploadWithMostParts(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, n int) {
		var items []string
		next := fmt.Sprintf(`"m%d"`, n)
		for i := range 5000 {
			if n != 1 {
				at := (n/2*5000 + i) << 20
				items = append(items, fmt.Sprintf(`{"RangeInBytes":"%d-%d","SHA256TreeHash":"%s"}`, at, at+1<<20-1, zeros))
			}
		}
		if n == 2 {
			next = "null"
		}
		reply(w, 200, fmt.Sprintf(`{"Marker":%s,"Parts":[%s]}`, next, strings.Join(items, ",")))
	})
	if n, err := lengthOf(openAt(t, s.URL).Parts(t.Context(), "UPLOAD")); err != nil || n != 10_000 {
		t.Errorf("%d parts, %v", n, err)
	}
}
