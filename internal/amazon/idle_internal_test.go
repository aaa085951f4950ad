package amazon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestFirstAnswer: a server that is silent from the beginning is given up soon, and one that
// has answered before gets more time.
func TestFirstAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		connects bool
		answered bool          // before the request
		after    time.Duration // time of the answer; 0: never
		want     string
	}{
		"no connection": {false, false, 0, "cannot reach example.invalid: no connection in 30 s"},
		"no answer":     {true, false, 0, "example.invalid accepted the connection, but sent no answer in 30 s"},
		"in time":       {true, false, firstAnswer - time.Second, ""},
		"slow later":    {true, true, headerTimeout - time.Second, ""},
		"silent later":  {true, true, 0, "example.invalid sent no answer in 120 s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan struct{})
				dial := func(context.Context, string, string) (net.Conn, error) {
					if !c.connects {
						<-ended
						return nil, io.ErrClosedPipe
					}
					client, server := net.Pipe()
					go func() {
						_, err := http.ReadRequest(bufio.NewReader(server))
						if err == nil && c.after > 0 {
							<-time.After(c.after)
							_, _ = fmt.Fprint(server, "HTTP/1.1 204 No Content\r\n\r\n")
						}
						<-ended
						_ = server.Close()
					}()
					return client, nil
				}
				watched := &IdleTransport{
					Transport: &http.Transport{DialContext: dial, ResponseHeaderTimeout: headerTimeout, DisableKeepAlives: true},
					Idle:      answerIdle, First: firstAnswer,
				}
				watched.answered.Store(c.answered)
				begin := time.Now() // by the clock of the bubble
				answer, err := (&http.Client{Transport: watched}).Get("http://example.invalid/")
				if took := time.Since(begin); took > headerTimeout || !c.answered && took > firstAnswer {
					t.Errorf("it took %v", took)
				}
				words := ""
				if err != nil {
					words, _ = explainConnection(err)
				} else if err := answer.Body.Close(); err != nil {
					t.Error(err)
				}
				if words != c.want {
					t.Errorf("got %q from %v", words, err)
				}
				close(ended)
				synctest.Wait()
			})
		})
	}
}

// TestSlowAnswersGoOn: neither a slow connection nor a slow reader ends an answer, however
// long it takes.
func TestSlowAnswersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancelCause(t.Context())
		r, w := io.Pipe()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })
		b := &idleBody{body: r, ctx: ctx, end: end, idle: answerIdle}
		go func() {
			for range 60 {
				<-time.After(answerIdle - time.Second)
				_, _ = fmt.Fprint(w, "slow")
			}
		}()
		for range 60 {
			if _, err := io.ReadFull(b, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(24 * time.Hour)
		silent := time.Now() // by the clock of the bubble
		_, err := b.Read(make([]byte, 4))
		if took := time.Since(silent); !errors.Is(err, ErrStalled) || took != answerIdle {
			t.Errorf("after %v of silence: %v", took, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}
