package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The contenders.
const (
	firnToSink  = "firn, discarding server"
	firnToServe = "firn, firn serve (durable)"
	floorName   = "floor: hash, read, send"
	boto2Name   = "boto 2.49, concurrent"
	boto3Name   = "boto3, thread pool"
)

// cost compares CPU, wall time and memory of firn, of the least that an upload
// costs, and of what people use today.
func (b *bench) cost(ctx context.Context, r *report) (err error) {
	sink, err := b.sink(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sink.Stop()) }()

	contenders := []contender{
		{floorName, func(ctx context.Context) (usage, error) { return b.floor(ctx, sink.Endpoint) }},
		{firnToSink, func(ctx context.Context) (usage, error) {
			return b.upload(ctx, sink.Endpoint, b.file, partSize, workers)
		}},
		{firnToServe, b.uploadDurably},
		{boto3Name, func(ctx context.Context) (usage, error) { return b.boto3(ctx, sink.Endpoint) }},
		{boto2Name, func(ctx context.Context) (usage, error) { return b.boto2(ctx, sink.Endpoint) }},
	}
	medians, err := interleave(ctx, b.rounds, b.warm, contenders)
	if err != nil {
		return err
	}

	r.section(fmt.Sprintf("%d MiB in parts of 16 MiB, 4 in flight, medians of %d rounds", b.size>>20, b.rounds))
	r.usages(b.size, contenders, medians)
	firn, floor, boto2, boto3 := medians[firnToSink], medians[floorName], medians[boto2Name], medians[boto3Name]
	r.section("targets")
	// P3 also names mt-aws-glacier, which Debian does not have.
	r.atMost("P2 CPU / floor", ratio(firn.cpu, floor.cpu), 1.15)
	r.atMost("P3 CPU / boto 2.49", ratio(firn.cpu, boto2.cpu), 0.12)
	r.atLeast("P3 times faster than boto 2.49", ratio(boto2.wall, firn.wall), 8)
	r.atMost("P4 CPU / boto3", ratio(firn.cpu, boto3.cpu), 0.6)
	r.atLeast("P4 times faster than boto3", ratio(boto3.wall, firn.wall), 1.7)
	return nil
}

// uploadDurably measures an upload to `firn serve` in an empty directory, which
// is removed afterwards: a round takes as much space as the file.
func (b *bench) uploadDurably(ctx context.Context) (u usage, err error) {
	firn, err := b.home()
	if err != nil {
		return usage{}, err
	}
	store := filepath.Join(b.work, "store")
	if err := os.Mkdir(store, 0o700); err != nil {
		return usage{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(store)) }()
	server, err := firn.Serve(ctx, store, "", vault)
	if err != nil {
		return usage{}, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	return b.upload(ctx, server.Endpoint, b.file, partSize, workers)
}
