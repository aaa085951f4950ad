package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"firn/vault"
	"firn/vault/vaulturl"
)

// TopicFlag is an option that takes the ARN of an SNS topic.
type TopicFlag string

func (f *TopicFlag) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *TopicFlag) Set(s string) error {
	if !vault.IsTopic(s) {
		return fmt.Errorf("%q is not the ARN of an SNS topic, such as arn:aws:sns:us-east-1:012345678901:restores", s)
	}
	*f = TopicFlag(s)
	return nil
}

// Type returns the name of the value in the help text.
func (f *TopicFlag) Type() string { return "ARN" }

// AddTopic adds the option --sns-topic to a command that starts jobs.
func AddTopic(f *pflag.FlagSet, topic *TopicFlag) {
	f.Var(topic, "sns-topic", "publish the end of new jobs to the SNS topic with this `ARN`")
}

// Check refuses a topic for a vault that sends no messages, before a job is started.
func (f *TopicFlag) Check(vaultArg string) error {
	ref, err := vaulturl.Parse(vaultArg)
	isVault := err == nil // another error is reported when the vault is opened
	switch {
	case *f == "" || !isVault:
	case ref.Kind == vaulturl.S3:
		return WithHint(UsageError("--sns-topic is for Glacier vaults: a bucket reports all its restored objects to one place"),
			"let the bucket send its s3:ObjectRestore:Completed events to a queue, and name the queue with --sqs")
	case ref.Kind == vaulturl.Directory:
		return UsageError("--sns-topic is for Glacier vaults: a directory sends no messages about its jobs")
	}
	return nil
}
