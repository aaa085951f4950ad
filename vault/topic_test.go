package vault_test

import (
	"strings"
	"testing"

	"firn/vault"
)

func TestIsTopic(t *testing.T) {
	const topic = "arn:aws:sns:us-west-2:012345678901:restores"
	for arn, want := range map[string]bool{
		topic: true,
		"arn:aws-us-gov:sns:us-gov-west-1:012345678901:A_b-1": true,
		"arn:aws-cn:sns:cn-north-1:012345678901:restores":     true,
		topic + ".fifo": true,
		"":              false,
		"restores":      false,
		topic + ":0d1f2a3b-0000-4000-8000-000000000000":                 false, // of a subscription
		strings.Replace(topic, ":sns:", ":sqs:", 1):                     false,
		strings.Replace(topic, "us-west-2", "", 1):                      false,
		strings.Replace(topic, "012345678901", "12345678901", 1):        false,
		strings.Replace(topic, "restores", strings.Repeat("x", 257), 1): false,
		" " + topic:  false,
		topic + "\n": false,
		"ARN:aws:sns:us-west-2:012345678901:restores":                 false,
		"arn:aws:glacier:us-west-2:012345678901:vaults/image-backups": false,
		"https://sqs.us-west-2.amazonaws.com/012345678901/restores":   false,
	} {
		if vault.IsTopic(arn) != want {
			t.Errorf("%q is a topic: %t", arn, !want)
		}
	}
}
