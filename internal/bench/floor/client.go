package main

import "net/http"

// headerTreeHash is the header with the tree hash of a part or a range.
const headerTreeHash = "X-Amz-Sha256-Tree-Hash"

// newClient returns a client that keeps one idle connection per worker.
func newClient(workers int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}}
}
