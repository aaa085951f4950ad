package queuetest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

const maxBody = 1 << 20 // bytes of a request

// ServeHTTP implements http.Handler: posts of SNS are put into the queue as SNS
// puts them, wrapped, and ReceiveMessage and DeleteMessage are answered.
func (q *Queue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	target, toSQS := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	switch {
	case r.Header.Get("X-Amz-Sns-Message-Type") == "Notification":
		q.Put(string(body))
	case toSQS:
		q.operate(r.Context(), w, target, body)
	default:
		http.Error(w, "neither SNS nor SQS", http.StatusBadRequest)
	}
}

// request has the parameters of both operations.
type request struct {
	QueueURL            string `json:"QueueUrl"`
	MaxNumberOfMessages int
	WaitTimeSeconds     int
	VisibilityTimeout   int
	ReceiptHandle       string
}

func (q *Queue) operate(ctx context.Context, w http.ResponseWriter, operation string, body []byte) {
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		refuse(w, "com.amazon.coral.service#SerializationException", err.Error())
		return
	}
	if !strings.HasSuffix(r.QueueURL, Path) {
		refuse(w, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
		return
	}
	switch operation {
	case "ReceiveMessage":
		reply(w, http.StatusOK, q.receive(ctx, r))
	case "DeleteMessage":
		q.remove(r.ReceiptHandle)
		reply(w, http.StatusOK, struct{}{})
	default:
		refuse(w, "com.amazonaws.sqs#UnsupportedOperation", operation)
	}
}

// received is the answer to ReceiveMessage.
type received struct {
	Messages []receivedMessage `json:",omitempty"`
}

type receivedMessage struct {
	Body          string
	MD5OfBody     string
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
}

// receive waits for messages as long as the request says.
func (q *Queue) receive(ctx context.Context, r request) received {
	defer q.answered()
	enough := time.NewTimer(time.Duration(r.WaitTimeSeconds) * time.Second)
	defer enough.Stop()
	for {
		taken, changed, next := q.take(max(1, r.MaxNumberOfMessages), time.Duration(r.VisibilityTimeout)*time.Second)
		if len(taken) > 0 || r.WaitTimeSeconds == 0 {
			var out received
			for _, m := range taken {
				out.Messages = append(out.Messages, receivedMessage{m.body, md5Of(m.body), m.id, m.receipt})
			}
			return out
		}
		visible := q.timerFor(next)
		select {
		case <-ctx.Done():
			return received{}
		case <-enough.C:
			return received{}
		case <-changed:
		case <-visible:
		}
	}
}

// timerFor returns a channel that receives at t, or never for the zero time.
func (q *Queue) timerFor(t time.Time) <-chan time.Time {
	if t.IsZero() {
		return nil
	}
	return time.After(t.Sub(q.now()))
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // a client that is gone misses the answer
}

func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("X-Amzn-Errortype", code)
	reply(w, http.StatusBadRequest, map[string]string{"__type": code, "message": message})
}
