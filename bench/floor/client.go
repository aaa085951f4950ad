package main

import "net/http"

// headerTreeHash is where the tree hash of a part or a range stands.
const headerTreeHash = "X-Amz-Sha256-Tree-Hash"

// newClient keeps as many connections as there are workers.
func newClient(workers int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}}
}
