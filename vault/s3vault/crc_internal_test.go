package s3vault

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The check value of the algorithm, and its text, are public.
func TestCRC(t *testing.T) {
	got, err := crcOf(bytes.NewReader([]byte("123456789")), 9)
	if err != nil || got != 0xAE8B14860A799888 || got.text() != "rosUhgp5mIg=" {
		t.Errorf("got %x, %s, %v", uint64(got), got.text(), err)
	}
	if back, err := parseCRC(got.text()); err != nil || back != got {
		t.Errorf("read back as %x, %v", uint64(back), err)
	}
	for _, bad := range []string{"", "rosUhgp5mIg", "AAAA", "!"} {
		if _, err := parseCRC(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := crcOf(bytes.NewReader(nil), 1); err == nil {
		t.Error("a short body has a CRC")
	}
}

// The CRC of a whole follows from those of its parts, wherever it is cut.
func TestCRCOfPartsTogether(t *testing.T) {
	data := make([]byte, 100_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data) // never fails
	of := func(b []byte) crc {
		c, err := crcOf(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	whole := of(data)
	for _, step := range []int{1 << 10, 4095, 65536, 99_999, 100_000} {
		var sum crc
		for at := 0; at < len(data); at += step {
			piece := data[at:min(at+step, len(data))]
			sum = sum.joined(of(piece), int64(len(piece)))
		}
		if sum != whole {
			t.Errorf("in pieces of %d: %x, want %x", step, uint64(sum), uint64(whole))
		}
	}
}
