package server

import (
	"fmt"
	"net/url"
	"regexp"
)

// isTopic reports whether s has the form of the ARN of an SNS topic. Whether
// there is such a topic is not looked at, as at the service.
func isTopic(s string) bool {
	return regexp.MustCompile(`^arn:aws[a-z-]{0,16}:sns:[a-z0-9-]{1,64}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`).MatchString(s)
}

// checkTopics refuses topics that are none and URLs that nothing can be posted
// to. A URL is not repeated in an error: it may hold a secret.
func checkTopics(topics map[string]string) error {
	for topic, target := range topics {
		if !isTopic(topic) {
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
