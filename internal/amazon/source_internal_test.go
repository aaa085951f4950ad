package amazon

import "testing"

func TestSourceText(t *testing.T) {
	for source, want := range map[string]string{
		"EnvConfigCredentials":                              "environment variables",
		"SharedConfigCredentials: /home/u/.aws/credentials": `the file "/home/u/.aws/credentials", profile "backup"`,
		"SSOProvider":      `AWS single sign-on, profile "backup"`,
		"EC2RoleProvider":  "the role of this EC2 instance",
		"a later provider": "a later provider",
	} {
		if got := sourceText(source, "backup"); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}
