package qr

import (
	"math/rand/v2"
	"testing"

	"rsc.io/qr/coding"
)

// The patterns that are looked for are those that an encoder draws, in every version.
func TestLayoutIsWhatIsDrawn(t *testing.T) {
	for version := 1; version <= 40; version++ {
		symbol, _ := codeOf(t, version, coding.Q, version%8)
		l := layoutOf(version)
		if l.side != symbol.Size() {
			t.Fatalf("version %d has %d modules, want %d", version, l.side, symbol.Size())
		}
		known := 0
		for i, want := range l.pattern {
			if want == 0 {
				continue
			}
			known++
			if u, v := i%l.side, i/l.side; symbol.Black(u, v) != (want > 0) {
				t.Errorf("version %d: module %d, %d is not as the layout says", version, u, v)
			}
		}
		if known < 3*64 || known > l.side*l.side/2+64 {
			t.Errorf("version %d: %d modules are known", version, known)
		}
	}
}

func TestVersionInformationIsMended(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for version := uint32(7); version <= 40; version++ {
		word := versionWord(version)
		for range 3 {
			word ^= 1 << rng.IntN(18)
		}
		if got, ok := versionOf(word); !ok || got != int(version) {
			t.Errorf("version %d is read as %d, %v", version, got, ok)
		}
	}
	if got, ok := versionOf(0); ok {
		t.Errorf("an empty field is version %d", got)
	}
}

func TestVersionInformationIsFoundBesideTheFinders(t *testing.T) {
	for _, version := range []int{7, 15, 29, 40} {
		symbol, _ := codeOf(t, version, coding.L, 4)
		k := inkOf(photographed(symbol.image(5), 33, 25, -20))
		list := triples(finders(k, 2, false))
		if len(list) == 0 {
			t.Fatalf("version %d: no three finders", version)
		}
		if got := k.writtenVersions(list[0]); len(got) != 1 || got[0] != version {
			t.Errorf("version %d is read as %v", version, got)
		}
	}
}

func TestVersionsNear(t *testing.T) {
	for side, want := range map[float64]int{12: 1, 21: 1, 22.9: 1, 23.1: 2, 57: 10, 177: 40, 240: 40} {
		if got := versionNear(side); got != want {
			t.Errorf("%v modules are version %d, want %d", side, got, want)
		}
	}
}
