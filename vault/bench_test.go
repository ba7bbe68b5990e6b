package vault

import (
	"path/filepath"
	"strconv"
	"testing"
)

// BenchmarkOpenAndCode is twofold code with 1,000 accounts, without the
// keyring's own time: a fake in memory stands for it.
func BenchmarkOpenAndCode(b *testing.B) {
	r := rig{dir: filepath.Join(b.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(b)
	a, err := v.Add(b.Context(), aKey(b, "A", "first"))
	if err != nil {
		b.Fatal(err)
	}
	fill(b, v, 999)
	calls := 0
	for b.Loop() {
		calls = 0
		v, err := r.open(b, func(step, _ string) error {
			if step == "get" {
				calls++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Code(b.Context(), a.ID, theTime()); err != nil {
			b.Fatal(err)
		}
		_ = v.Close()
	}
	b.ReportMetric(float64(calls), "items/op")
}

// BenchmarkAdd is the adding of one more account to 10 and to 1,000, on disk.
// The time that counts is our own, of the processor: ns of cpu/op.
func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			r := rig{dir: filepath.Join(b.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
			v := r.mustOpen(b)
			if _, err := v.Add(b.Context(), aKey(b, "A", "first")); err != nil {
				b.Fatal(err)
			}
			fill(b, v, n-1)
			i := 0
			began := processorTime()
			for b.Loop() {
				i++
				if _, err := v.Add(b.Context(), aKey(b, "more", strconv.Itoa(i))); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime()-began)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
}

// fill adds accounts to the index in one save.
func fill(b *testing.B, v *Vault, n int) {
	b.Helper()
	err := v.change(b.Context(), func(d *document) error {
		for i := range n {
			k := aKey(b, "Issuer", strconv.Itoa(i))
			k.ID = "id" + strconv.Itoa(i)
			if err := d.put(record{Account: k.Account, Fingerprint: d.fingerprint(k.Secret)}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
