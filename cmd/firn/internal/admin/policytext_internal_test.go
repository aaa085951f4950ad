package admin

import (
	"encoding/json"
	"testing"
)

func TestPolicyJSON(t *testing.T) {
	for policy, want := range map[string]string{
		"{\n\"a\": 1}": `{"a":1}`,
		"no JSON":      `"no JSON"`,
		"":             `""`,
	} {
		if got, err := json.Marshal(policyJSON(policy)); err != nil || string(got) != want {
			t.Errorf("%q is %s, %v", policy, got, err)
		}
	}
}
