package notify_test

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"firn/notify"
	"firn/notify/queuetest"
	"firn/server"
	"firn/vault"
	"firn/vault/dirvault"
	"firn/vault/glaciervault"
)

// This test goes the whole way: a server runs a job and announces its end to a topic, and
// the queue of the topic receives the message.
func TestEndOfAJobIsHeard(t *testing.T) {
	isolate(t)
	const topic = "arn:aws:sns:us-east-1:012345678901:ready"
	queue := queuetest.New()
	subscribed := httptest.NewServer(queue)
	defer subscribed.Close()
	root, err := dirvault.OpenRoot(t.TempDir(), dirvault.Options{
		InventoryEvery: -1,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return time.Millisecond },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	handler, err := server.New(map[string]server.Store{"012345678901": root}, server.Options{
		Region: "us-east-1", Credentials: server.Keys{"AKIDEXAMPLE": {Secret: "secret", Account: "012345678901"}},
		Topics: map[string]string{topic: subscribed.URL},
		Log:    slog.New(slog.NewTextHandler(faults{t}, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- handler.Serve(ctx, listener) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()

	there, err := glaciervault.Open(ctx, glaciervault.Config{Endpoint: "http://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	if err := there.CreateVault(ctx, "films"); err != nil {
		t.Fatal(err)
	}
	films, err := there.Vault("films")
	if err != nil {
		t.Fatal(err)
	}
	q, err := notify.Open(ctx, subscribed.URL+queuetest.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	id, err := films.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveInventory, Topic: topic})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Wait(ctx, func(heard vault.Ending) bool { return heard.Job == id }); err != nil {
		t.Fatal(err)
	}
	if job, err := films.Job(ctx, id); err != nil || job.Status != vault.Succeeded || job.Topic != topic {
		t.Errorf("when it was heard of, the job was %+v, %v", job, err)
	}
	if len(queue.Bodies()) != 0 {
		t.Errorf("left in the queue: %q", queue.Bodies())
	}
}

// faults fails the test for every error that a server logs.
type faults struct{ t *testing.T }

func (f faults) Write(line []byte) (int, error) {
	f.t.Errorf("%s", line)
	return len(line), nil
}
