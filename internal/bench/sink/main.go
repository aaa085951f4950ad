// Command sink is a server that implements just enough of the APIs of Amazon Glacier and S3
// to receive an upload. It reads every byte and keeps none. It hashes and checks nothing,
// so that a measurement contains only the client's work.
package main

import (
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
)

func main() {
	delay := flag.Duration("delay", 0, "time added before the answer to each part")
	bytesPerSecond := flag.Int("rate", 0, "bytes of parts read in a second, of all connections together (0: no limit)")
	failEvery := flag.Int64("fail-every", 0, "answer one part in so many with 500 ServiceUnavailableException (0: none)")
	file := flag.String("file", "", "what every object of S3 that was stored has in it when it is read")
	certificate := flag.String("tls", "", "speak TLS, and write the certificate to trust to this file")
	flag.Parse()
	url, err := start(newSink(*delay, *bytesPerSecond, *failEvery, *file), *certificate)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
		os.Exit(1)
	}
	fmt.Println(url)
	select {} // it answers until it is killed
}

// start starts the server and returns its address. The certificate belongs to the test
// server of the standard library and is valid for loopback.
func start(handler http.Handler, certificate string) (url string, err error) {
	server := httptest.NewUnstartedServer(handler)
	if certificate == "" {
		server.Start()
		return server.URL, nil
	}
	server.StartTLS()
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	return server.URL, os.WriteFile(certificate, pem.EncodeToMemory(block), 0o600)
}
