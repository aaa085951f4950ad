package amazon

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"firn/vault"
)

// Advice for credentials that are missing or wrong.
const (
	adviceNone = `export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run "aws configure" or "aws sso login", ` +
		`or name a profile in the vault's URL (?profile=NAME)`
	adviceSSO     = `run "aws sso login" for this profile, then the same command again`
	adviceProcess = "run the command in credential_process of this profile by hand"
	adviceRole    = "check the role of this profile in the AWS configuration, and that its source credentials may assume the role"
	adviceWrong   = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile in use"
)

// credentialsError says in words why there are no usable credentials. It wraps the error of
// the SDK, which names each place where the SDK looked.
type credentialsError struct {
	class error // vault.ErrCredentials, or vault.ErrUnavailable if they could not be renewed
	words string
	err   error
}

func (e *credentialsError) Error() string   { return e.words }
func (e *credentialsError) Unwrap() []error { return []error{e.class, e.err} }

// newCredentialsError explains err. workedBefore says that there were credentials before.
func newCredentialsError(err error, workedBefore bool) *credentialsError {
	var network interface{ ConnectionError() bool }
	if workedBefore && errors.As(err, &network) && network.ConnectionError() {
		words, _ := explainConnection(err)
		if words == "" {
			words = lastOf(err).Error()
		}
		return &credentialsError{vault.ErrUnavailable, "cannot renew the credentials: " + words, err}
	}
	words, advice := explainCredentials(err)
	return &credentialsError{vault.ErrCredentials, words + "; " + advice, err}
}

// explainCredentials says why the SDK has no credentials, and gives advice.
func explainCredentials(err error) (words, advice string) {
	text := err.Error()
	if _, ok := errors.AsType[*processcreds.ProviderError](err); ok {
		return fmt.Sprintf("no credentials: the command of credential_process failed: %v", lastOf(err)), adviceProcess
	}
	_, invalidToken := errors.AsType[*ssocreds.InvalidTokenError](err)
	if invalidToken || strings.Contains(text, "cached SSO token") {
		return "no credentials: this profile is not logged in to SSO, or its session has expired", adviceSSO
	}
	// An instance's role is the last place where the SDK looks, and mostly there is none.
	if strings.Contains(text, "no EC2 IMDS role found") {
		return "no AWS credentials found" + halfSet(), adviceNone
	}
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return explainExchange(operation)
	}
	return fmt.Sprintf("no usable AWS credentials: %v", lastOf(err)), adviceNone
}

// explainExchange describes a service that exchanges credentials, such as STS or SSO, and
// gave none.
func explainExchange(err *smithy.OperationError) (words, advice string) {
	begin := fmt.Sprintf("no credentials: %s of %s failed: ", err.OperationName, err.ServiceID)
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		advice := adviceRole
		if strings.HasPrefix(err.ServiceID, "SSO") {
			advice = adviceSSO
		}
		return begin + fmt.Sprintf("%s %q", OneLine(answer.ErrorCode(), 100), OneLine(answer.ErrorMessage(), MaxMessage)), advice
	}
	if words, advice := explainConnection(err); words != "" {
		return begin + words, advice
	}
	return begin + lastOf(err).Error(), adviceNone
}

// halfSet names the variable that is missing beside another one.
func halfSet() string {
	id := os.Getenv("AWS_ACCESS_KEY_ID") != "" || os.Getenv("AWS_ACCESS_KEY") != ""
	secret := os.Getenv("AWS_SECRET_ACCESS_KEY") != "" || os.Getenv("AWS_SECRET_KEY") != ""
	switch {
	case id && !secret:
		return ": AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not"
	case secret && !id:
		return ": AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not"
	}
	return ""
}

// configFailure turns a failure to read the SDK's configuration into a sentence.
func configFailure(err error) error {
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return &credentialsError{vault.ErrCredentials, fmt.Sprintf("there is no profile %q in the AWS configuration; "+
			`"aws configure list-profiles" lists them, and AWS_PROFILE or profile= in the vault's URL names one`, missing.Profile), err}
	}
	return vault.Errorf(vault.ErrInvalid, "the AWS configuration: %w", err)
}

// sourceText says in words where credentials come from. source is the SDK's name of it.
func sourceText(source, profile string) string {
	name, file, _ := strings.Cut(source, ": ")
	words := map[string]string{
		"EnvConfigCredentials":        "environment variables",
		"SharedConfigCredentials":     "the file " + strconv.Quote(file),
		"SSOProvider":                 "AWS single sign-on",
		"LoginProvider":               `"aws login"`,
		"AssumeRoleProvider":          "an assumed role",
		"WebIdentityCredentials":      "a web identity token",
		"ProcessProvider":             "the credential_process of the AWS configuration",
		"CredentialsEndpointProvider": "the container's credentials endpoint",
		"EC2RoleProvider":             "the role of this EC2 instance",
	}[name]
	switch {
	case words == "":
		return source
	case profile != "" && slices.Contains([]string{"SharedConfigCredentials", "SSOProvider", "LoginProvider", "AssumeRoleProvider", "ProcessProvider"}, name):
		words += fmt.Sprintf(", profile %q", profile)
	}
	return words
}
