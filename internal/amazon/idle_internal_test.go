package amazon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

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
