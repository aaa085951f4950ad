// Package notify hears from a queue which jobs of a vault have ended.
package notify

import _ "github.com/aws/aws-sdk-go-v2/service/sqs" // the queue
