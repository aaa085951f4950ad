package main

import "firn/internal/humane"

// sizeFlag is an option that takes a size in bytes; 0 if it was not given.
type sizeFlag int64

func (f *sizeFlag) String() string {
	if *f == 0 {
		return ""
	}
	return humane.Bytes(int64(*f))
}

func (f *sizeFlag) Set(s string) error {
	n, err := parseSize(s)
	*f = sizeFlag(n)
	return err
}

// Type is how help names the value.
func (f *sizeFlag) Type() string { return "SIZE" }

// rateFlag is an option that takes a rate in bytes per second; 0 if not given.
type rateFlag float64

func (f *rateFlag) String() string {
	if *f == 0 {
		return ""
	}
	return rateText(float64(*f))
}

func (f *rateFlag) Set(s string) error {
	r, err := parseRate(s)
	*f = rateFlag(r)
	return err
}

// Type is how help names the value.
func (f *rateFlag) Type() string { return "RATE" }
