package announce

import (
	"fmt"
	"net/url"

	"firn/vault"
)

// CheckTopics refuses topics that are none and URLs that nothing can be posted
// to. A URL is not repeated in an error: it may hold a secret.
func CheckTopics(topics map[string]string) error {
	for topic, target := range topics {
		if !vault.IsTopic(topic) {
			return fmt.Errorf("%q is not the ARN of an SNS topic, such as arn:aws:sns:us-east-1:000000000000:ready", topic)
		}
		u, err := url.Parse(target)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
			return fmt.Errorf("the messages of topic %q can be posted only to a URL that begins with http:// or https:// "+
				"and has no user name in it", topic)
		}
	}
	return nil
}
