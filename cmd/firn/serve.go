package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"firn/server"
	"firn/vault/dirvault"
)

const serveLong = `Serves a directory of vaults in the language of Amazon Glacier, until it is
stopped by a signal. Any tool made for the service can use it.

The address and what to export for clients are printed when it is ready. Every
request must be signed. The key pair is that of AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY if they are set; else one is made at the first start, kept
in DIR/credentials.json for its owner alone, and shown.

Only loopback addresses are served, since there is no TLS yet. With port 0 a
free port is chosen.

Jobs are done at once and inventories are up to date, unless the options say
otherwise: with --retrieval-delay Standard=4h,Bulk=8h,Expedited=1m and
--inventory-every 24h the server is as slow as the service. With --topic the
end of a job is told to a program of yours, by a POST in the form of Amazon SNS.`

const serveExample = `  firn serve --dir ./cold
  firn serve --dir /srv/cold --listen 127.0.0.1:0 --access-log /var/log/firn.jsonl
  firn serve --dir ./cold --retrieval-delay 30s --topic arn:aws:sns:us-east-1:000000000000:ready=http://127.0.0.1:9000/`

// serveOptions are the options of firn serve.
type serveOptions struct {
	dir, listen, region, accessLog string

	delay          delayFlag
	outputLifetime time.Duration
	inventoryEvery time.Duration // 0: inventories are always up to date
	topics         topicsFlag
}

// vaults is what the directory of vaults is told.
func (o serveOptions) vaults(damaged func(error)) dirvault.Options {
	d := dirvault.Options{
		RetrievalDelay: o.delay.delay,
		OutputLifetime: o.outputLifetime,
		UploadLifetime: uploadLifetime,
		InventoryEvery: o.inventoryEvery,
		ARN:            func(name string) string { return server.ARN(o.region, serveAccount, name) },
		OnDamage:       damaged,
	}
	if d.InventoryEvery == 0 {
		d.InventoryEvery = -1
	}
	return d
}

// check refuses what the flags themselves take.
func (o serveOptions) check() error {
	switch {
	case o.outputLifetime <= 0:
		return usageError("an output lives longer than --output-lifetime %s", o.outputLifetime)
	case o.inventoryEvery < 0:
		return usageError("no inventory is taken every %s: --inventory-every is 0 or more", o.inventoryEvery)
	}
	return checkLoopback(o.listen)
}

// serveAccount is the account that owns all vaults of a server.
const serveAccount = "000000000000"

// uploadLifetime is how long the service keeps an upload after the last request
// on it ("at least 24 hours", Amazon Glacier developer guide).
const uploadLifetime = 24 * time.Hour

// outputLifetime is how long the service keeps the output of a job ("at least 24
// hours after completion", ibid.).
const outputLifetime = 24 * time.Hour

func (p *program) newServe() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:     "serve --dir DIR",
		Short:   "Serve a directory as Amazon Glacier vaults",
		Long:    serveLong,
		Example: serveExample,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.dir == "" {
				return withHint(usageError("say which directory to serve with --dir DIR"), helpHint(cmd))
			}
			return p.serve(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", "", "the `DIR` that holds the vaults; created if it is not there")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8333", "the loopback `ADDRESS` and port to listen at")
	f.StringVar(&o.region, "region", "us-east-1", "the `REGION` that requests are signed for")
	f.StringVar(&o.accessLog, "access-log", "", "append a line of JSON for each request to this `FILE`")
	f.Var(&o.delay, "retrieval-delay", "how long jobs take: one time for all, or Expedited=TIME,Standard=TIME,Bulk=TIME")
	f.DurationVar(&o.outputLifetime, "output-lifetime", outputLifetime, "keep the output of a job for this `DURATION`")
	f.Lookup("output-lifetime").DefValue = "24h"
	f.DurationVar(&o.inventoryEvery, "inventory-every", 0, "renew an inventory when it is of this `DURATION`; 0: when anything changed")
	f.Var(&o.topics, "topic", "post the messages of this SNS topic to a URL; may be given again")
	return exits(cmd, statusDone, statusError, statusUsage, statusLocked, statusRefused)
}

func (p *program) serve(ctx context.Context, o serveOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	root, err := dirvault.OpenRoot(o.dir, o.vaults(p.damaged))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	keys, err := serverKeys(o.dir)
	if err != nil {
		return err
	}
	log, err := openAccessLog(o.accessLog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	s, err := server.New(root, server.Options{
		Region: o.region, Account: serveAccount, AccessLog: log, Topics: o.topics,
		Credentials: server.Keys{keys.AccessKeyID: keys.SecretAccessKey},
		OnFault: func(requestID string, err error) {
			if requestID == "" {
				p.ui.say("firn: warning: %s", errorText(err))
				return
			}
			p.ui.say("firn: request %s: %s", show(requestID), errorText(err))
		},
	})
	if err != nil {
		return usageError("%w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listening at %q: %w", o.listen, err)
	}
	if err := p.tellServer(listener.Addr(), o.region, keys); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.busy.Store(true)
	return s.Serve(ctx, listener)
}

// checkLoopback refuses addresses that other machines can reach.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usageError("the address %q is not HOST:PORT, such as 127.0.0.1:8333", address)
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	return withHint(refusedError("the address %q is not on the loopback interface, and there is no TLS yet: "+
		"archives would cross the network in the clear", address),
		"to reach it from elsewhere, forward the port: ssh -L 8333:127.0.0.1:8333 HOST")
}

// openAccessLog opens the log for appending. Without one, lines are thrown away.
func openAccessLog(path string) (io.WriteCloser, error) {
	if path == "" {
		return discard{io.Discard}, nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the access log: %w", err)
	}
	return f, nil
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

// serverObject is a server that is ready, on standard output.
type serverObject struct {
	MessageType string            `json:"message_type"`
	Endpoint    string            `json:"endpoint"`
	Export      map[string]string `json:"export"`
}

// tellServer prints where the server listens and what clients need, at once. A
// key pair that came from the environment is not repeated.
func (p *program) tellServer(address net.Addr, region string, keys keyPair) error {
	endpoint := "http://" + address.String()
	exports := [][2]string{{"AWS_ENDPOINT_URL_GLACIER", endpoint}, {"AWS_REGION", region}}
	if keys.file != "" {
		exports = append([][2]string{
			{"AWS_ACCESS_KEY_ID", keys.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", keys.SecretAccessKey},
		}, exports...)
	}
	if p.json {
		o := serverObject{"server", endpoint, make(map[string]string)}
		for _, e := range exports {
			o.Export[e[0]] = e[1]
		}
		return errors.Join(p.out.object(o), p.out.flush())
	}
	p.out.line("listening on %s", endpoint)
	for _, e := range exports {
		p.out.line("export %s=%s", e[0], shellQuote(e[1]))
	}
	return p.out.flush()
}
