package sigv4

import (
	"net/http"

	"firn/server/internal/refusal"
)

func missingAuthentication() error {
	return &refusal.Error{
		Status: http.StatusBadRequest, Code: "MissingAuthenticationTokenException",
		Message: "Missing Authentication Token",
	}
}

func expiredToken() error {
	return &refusal.Error{
		Status: http.StatusForbidden, Code: "ExpiredTokenException",
		Message: "The security token included in the request is expired",
	}
}

func unrecognizedClient() error {
	return &refusal.Error{
		Status: http.StatusBadRequest, Code: "UnrecognizedClientException",
		Message: "The security token included in the request is invalid.",
	}
}

func signatureMismatch() error {
	return refusal.InvalidSignature("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}
