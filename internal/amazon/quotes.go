package amazon

import "github.com/aws/aws-sdk-go-v2/credentials/processcreds"

// QuotesProgram reports whether the text of an error quotes what the program of
// credential_process has printed, which may be a secret. It looks at this error only, not at
// those that it wraps.
func QuotesProgram(err error) bool {
	_, ok := err.(*processcreds.ProviderError) //nolint:errorlint // this error itself
	return ok
}
