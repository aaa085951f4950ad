package vaulttest

import "firn/internal/vaultname"

// wantOneName checks that the vault has the same canonical URL in every process.
func (s *suite) wantOneName() {
	s.Helper()
	url := s.v.URL()
	if url == "" || vaultname.Canonical(url) != url {
		s.Errorf("the vault is called %q, which is not canonical", url)
	}
	s.reopen()
	if again := s.v.URL(); again != url {
		s.Errorf("the vault is called %q, and %q when it is opened again", url, again)
	}
}

// wantHasArchives checks HasArchives. It checks nothing at a vault that counts its archives
// only now and then and so need not know the newest ones.
func (s *suite) wantHasArchives(want bool) {
	s.Helper()
	if s.JobTime > 0 && s.Advance == nil {
		return
	}
	has, err := s.v.HasArchives(s.Context())
	if err != nil || has != want {
		s.Errorf("HasArchives: got %t, %v, want %t", has, err, want)
	}
}
