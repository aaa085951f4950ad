package server

// Limits that are the server's own.
const (
	maxUserAgent = 2 << 10 // bytes of a User-Agent that a policy asks for
	maxSmallBody = 1 << 20 // bytes of a body that is not an upload
	// maxUnverified is how many bytes of bodies are in memory at once of requests whose
	// signature was not verified yet, because it covers the body.
	maxUnverified = 16 << 20
	// maxClaimed is that of bodies whose requests were verified, and of which it is not
	// known yet whether they are allowed.
	maxClaimed = 64 << 20
	copyBuffer = 1 << 18 // bytes of an output that are read and sent at a time
)
