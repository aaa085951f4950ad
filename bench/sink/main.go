// Command sink is a server that speaks enough of Amazon Glacier's language and of
// S3's to take an upload, reads every byte and keeps none. It measures uploaders: it
// hashes nothing and checks nothing, so that the client's work is all there is.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	delay := flag.Duration("delay", 0, "time added before the answer to each part")
	failEvery := flag.Int64("fail-every", 0, "answer one part in so many with 500 ServiceUnavailableException (0: none)")
	file := flag.String("file", "", "what every object of S3 that was stored has in it when it is read")
	flag.Parse()
	if err := serve(*delay, *failEvery, *file); err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
		os.Exit(1)
	}
}

// serve prints the address that was chosen as its only line of output, then
// answers until the process is killed.
func serve(delay time.Duration, failEvery int64, file string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	server := &http.Server{Handler: newSink(delay, failEvery, file), ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}
