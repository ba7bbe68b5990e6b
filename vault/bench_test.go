package vault

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
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

// BenchmarkAdd is the adding of the tenth and of the thousandth account, on
// disk, by turns in one run. The time that counts is our own, of the processor.
// What was added is taken away again while the clock stands still: from the
// large vault after as many as make it write its index anew once, which is so
// counted.
func BenchmarkAdd(b *testing.B) {
	sizes := [2]int{10, 1000}
	after := [2]int{1, recentMost + 1}
	var vaults [2]*Vault
	for i, n := range sizes {
		r := rig{dir: filepath.Join(b.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
		vaults[i] = r.mustOpen(b)
		if _, err := vaults[i].Add(b.Context(), aKey(b, "A", "first")); err != nil {
			b.Fatal(err)
		}
		fill(b, vaults[i], n-2)
	}
	var took [2]time.Duration
	for n := 0; b.Loop(); n++ {
		for i, v := range vaults {
			k := aKeyOfItsOwn(b, "more", strconv.Itoa(n))
			began := processorTime()
			_, err := v.Add(b.Context(), k)
			took[i] += processorTime() - began
			if err != nil {
				b.Fatal(err)
			}
			if len(v.view.Load().entries) == sizes[i]-1+after[i] {
				takeAway(b, v, "more")
			}
		}
	}
	for i, n := range sizes {
		b.ReportMetric(float64(took[i])/float64(b.N)/1e6, "cpu-ms/"+strconv.Itoa(n)+"th")
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "ratio")
}

// takeAway drops the accounts of an issuer, and leaves the vault as if its index
// had just been written.
func takeAway(b *testing.B, v *Vault, issuer string) {
	b.Helper()
	err := v.change(b.Context(), func(d *document) error {
		for _, e := range slices.Clone(d.entries) {
			if e.record().Issuer == issuer {
				d.drop(e)
			}
		}
		d.rewrite = true
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// fill adds accounts to the index in one save.
func fill(b *testing.B, v *Vault, n int) {
	b.Helper()
	err := v.change(b.Context(), func(d *document) error {
		for i := range n {
			k := aKeyOfItsOwn(b, "Issuer", strconv.Itoa(i))
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

// aKeyOfItsOwn has a secret that no other has: as a thousand real accounts do.
func aKeyOfItsOwn(b *testing.B, issuer, label string) Key {
	b.Helper()
	k := aKey(b, issuer, label)
	s, err := NewSecret([]byte("secret " + issuer + label))
	if err != nil {
		b.Fatal(err)
	}
	k.Secret = s
	return k
}
