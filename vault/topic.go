package vault

import "regexp"

// IsTopic reports whether s has the form of the ARN of an SNS topic. It does not check that
// the topic exists or that the service may write to it.
func IsTopic(s string) bool {
	return regexp.MustCompile(`^arn:aws[a-z-]{0,16}:sns:[a-z0-9-]{1,64}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`).MatchString(s)
}
