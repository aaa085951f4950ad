package server

// Limits that are the server's own.
const (
	maxUserAgent = 2 << 10 // bytes of a User-Agent with which a policy is decided
	maxSmallBody = 1 << 20 // bytes of a body that is not an upload
	// maxUnverified is how many bytes the bodies may have together that are read because
	// the signature can only be verified with them.
	maxUnverified = 16 << 20
	// maxClaimed is how many bytes the bodies may have together whose requests are verified
	// and not allowed yet.
	maxClaimed = 64 << 20
	copyBuffer = 1 << 18 // bytes of an output that are read and sent at a time
)
