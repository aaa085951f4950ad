package crc64_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"firn/internal/crc64"
)

// The check value of the algorithm and its text form are public.
func TestCheckValue(t *testing.T) {
	got, err := crc64.Read(t.Context(), bytes.NewReader([]byte("123456789")), 9)
	if err != nil || got != 0xAE8B14860A799888 || got.String() != "rosUhgp5mIg=" {
		t.Errorf("got %x, %s, %v", uint64(got), got, err)
	}
	if back, err := crc64.Parse(got.String()); err != nil || back != got {
		t.Errorf("read back as %x, %v", uint64(back), err)
	}
	for _, bad := range []string{"", "rosUhgp5mIg", "AAAA", "!", "rosUhgp5mIh="} {
		if _, err := crc64.Parse(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := crc64.Read(t.Context(), bytes.NewReader(nil), 1); err == nil {
		t.Error("a short body has a CRC")
	}
}

// The CRC of a whole follows from the CRCs of its parts, wherever the whole is cut.
func TestJoin(t *testing.T) {
	data := make([]byte, 100_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data) // never fails
	of := func(b []byte) crc64.Sum {
		h := crc64.New()
		_, _ = h.Write(b) // never fails
		return crc64.Sum(h.Sum64())
	}
	whole := of(data)
	if before, behind := of(nil).Join(whole, int64(len(data))), whole.Join(of(nil), 0); before != whole || behind != whole {
		t.Errorf("with no bytes before it %x, behind it %x, want %x", uint64(before), uint64(behind), uint64(whole))
	}
	for _, step := range []int{1 << 10, 4095, 65536, 99_999, 100_000} {
		var sum crc64.Sum
		for at := 0; at < len(data); at += step {
			piece := data[at:min(at+step, len(data))]
			sum = sum.Join(of(piece), int64(len(piece)))
		}
		if sum != whole {
			t.Errorf("in pieces of %d: %x, want %x", step, uint64(sum), uint64(whole))
		}
	}
}
