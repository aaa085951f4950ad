package amazon

import "testing"

func TestSourceText(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"EnvConfigCredentials", "environment variables"},
		{"SharedConfigCredentials: /home/u/.aws/credentials", `the file "/home/u/.aws/credentials", profile "backup"`},
		{"SSOProvider", `AWS single sign-on, profile "backup"`},
		{"EC2RoleProvider", "the role of this EC2 instance"},
		{"a later provider", "a later provider"},
	} {
		if got := sourceText(c.source, "backup"); got != c.want {
			t.Errorf("%s: %s, want %s", c.source, got, c.want)
		}
	}
}
