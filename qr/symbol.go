package qr

import (
	"math/bits"
	"sync"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// layout is what every symbol of one version has, whatever it says: finder, alignment and timing
// patterns, version information (ISO/IEC 18004, 6.3).
type layout struct {
	version, side int    // side in modules
	alignment     []int  // of the middles of the alignment patterns, on both axes
	pattern       []int8 // row by row: 1 black, -1 white, 0 depends on the text
}

var layouts [41]func() layout

func init() {
	for version := range layouts {
		layouts[version] = sync.OnceValue(func() layout { return newLayout(version) })
	}
}

func layoutOf(version int) layout { return layouts[version]() }

func newLayout(version int) layout {
	l := layout{version: version, side: 17 + 4*version}
	if v, err := decoder.Version_GetVersionForNumber(version); err == nil {
		l.alignment = v.GetAlignmentPatternCenters()
	}
	l.pattern = make([]int8, l.side*l.side)
	for i := range l.side {
		l.put(i, 6, i%2 == 0)
		l.put(6, i, i%2 == 0)
	}
	far := l.side - 4
	for _, c := range [][2]int{{3, 3}, {far, 3}, {3, far}} {
		l.rings(c[0], c[1], 4, func(ring int) bool { return ring != 2 && ring != 4 })
	}
	for _, u := range l.alignment {
		for _, v := range l.alignment {
			if l.hasAlignment(u, v) {
				l.rings(u, v, 2, func(ring int) bool { return ring != 1 })
			}
		}
	}
	l.put(8, l.side-8, true)
	if version >= 7 {
		for i := range 18 {
			black := versionWord(uint32(version))>>i&1 == 1
			l.put(l.side-11+i%3, i/3, black)
			l.put(i/3, l.side-11+i%3, black)
		}
	}
	return l
}

// put and rings fill in the pattern, the latter in squares around a middle.
func (l layout) put(u, v int, black bool) {
	if u < 0 || v < 0 || u >= l.side || v >= l.side {
		return
	}
	l.pattern[v*l.side+u] = -1
	if black {
		l.pattern[v*l.side+u] = 1
	}
}

func (l layout) rings(cu, cv, reach int, black func(ring int) bool) {
	for v := -reach; v <= reach; v++ {
		for u := -reach; u <= reach; u++ {
			l.put(cu+u, cv+v, black(max(u, -u, v, -v)))
		}
	}
}

// hasAlignment is false for the three corners that have finders.
func (l layout) hasAlignment(u, v int) bool {
	first, last := 6, l.side-7
	return (u != first || v != first) && (u != first || v != last) && (u != last || v != first)
}

// versionNear is the version whose symbol is nearest to so many modules on a side.
func versionNear(side float64) int { return min(max(int((side-17)/4+0.5), 1), 40) }

// versionOf reads the version information of symbols from version 7: 18 bits, of which up to three may
// be wrong (ISO/IEC 18004, 7.10).
func versionOf(word uint32) (version int, ok bool) {
	for v := uint32(7); v <= 40; v++ {
		if bits.OnesCount32(word^versionWord(v)) <= 3 {
			return int(v), true
		}
	}
	return 0, false
}

// versionWord is a version and its check bits of the Golay code.
func versionWord(v uint32) uint32 {
	rest := v << 12
	for i := 17; i >= 12; i-- {
		if rest&(1<<i) != 0 {
			rest ^= 0x1f25 << (i - 12)
		}
	}
	return v<<12 | rest
}
