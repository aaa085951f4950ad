package vaulttest

import "firn/internal/vaultname"

// oneName: a vault has one URL, in every process, and it is canonical.
func oneName(s *suite) {
	url := s.v.URL()
	if url == "" || vaultname.Canonical(url) != url {
		s.Errorf("the vault is called %q, which is not canonical", url)
	}
	s.upload(content(1, 1), "")
	if again := s.v.URL(); again != url {
		s.Errorf("the vault is called %q, and then %q", url, again)
	}
	s.reopen()
	if again := s.v.URL(); again != url {
		s.Errorf("the vault is called %q, and %q when it is opened again", url, again)
	}
}
