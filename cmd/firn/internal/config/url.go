package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// URLKeys returns the keys of a vault's URL that may stand by themselves in its table. The keys
// that are also options, such as keep-days, are not among them.
func URLKeys() []string {
	return []string{"class", "region", "profile", "account", "endpoint", "addressing", "lacks", "max-parts"}
}

// complete moves the keys of the URL from the settings into the URL.
func (v *Vault) complete() error {
	if v.URL == "" {
		return fmt.Errorf("%s has no url", v.Table())
	}
	if strings.HasPrefix(v.URL, ".") {
		return fmt.Errorf("%s: the url %q depends on the working directory: write the whole path, from / on", v.Table(), v.URL)
	}
	var settings []Setting
	for _, s := range v.Settings {
		if !slices.Contains(URLKeys(), s.Option) {
			settings = append(settings, s)
			continue
		}
		if err := v.addKey(s); err != nil {
			return err
		}
	}
	v.Settings = settings
	return nil
}

func (v *Vault) addKey(s Setting) error {
	if !strings.Contains(v.URL, "://") && !strings.HasPrefix(v.URL, "/") {
		v.URL = "glacier://" + v.URL // the bare name of a Glacier vault
	}
	_, query, has := strings.Cut(v.URL, "?")
	separator := "?"
	if has {
		separator = "&"
	}
	if values, err := url.ParseQuery(query); err == nil && values.Has(s.Option) {
		return fmt.Errorf("%s: %s is also in the url", v.Table(), s.Option)
	}
	v.URL += separator + s.Option + "=" + url.QueryEscape(s.Value)
	return nil
}
