package qr

import (
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// reach of the points around a module's middle that are looked at, in modules.
const sampleReach = 0.22

// bits samples every module: black where the mean of nine places in it is.
//
//	┌───────┐
//	│ · · · │
//	│ · · · │
//	│ · · · │
//	└───────┘
//
// In a picture that is blurred as wide as a module, each takes from its neighbors: a share of what these
// are is given back.
func (g *grid) bits(share float64) *gozxing.BitMatrix {
	m, err := gozxing.NewSquareBitMatrix(g.side)
	if err != nil {
		panic(err) // a side is positive
	}
	tones := g.tones()
	at := func(u, v int) float64 {
		if u < 0 || v < 0 || u >= g.side || v >= g.side {
			return -9 * 24 // the quiet zone
		}
		return tones[v*g.side+u]
	}
	for v := range g.side {
		for u := range g.side {
			t := at(u, v)
			if share != 0 {
				t -= share / 4 * (at(u-1, v) + at(u+1, v) + at(u, v-1) + at(u, v+1))
			}
			if t > 0 {
				m.Set(u, v)
			}
		}
	}
	return m
}

func (g *grid) tones() []float64 {
	tones := make([]float64, 0, g.side*g.side)
	for v := range g.side {
		for u := range g.side {
			tones = append(tones, g.module(float64(u)+0.5, float64(v)+0.5))
		}
	}
	return tones
}

func (g *grid) module(u, v float64) float64 {
	p := g.at(u, v)
	a := g.at(u+sampleReach, v).minus(p)
	b := g.at(u, v+sampleReach).minus(p)
	sum := 0.0
	for i := -1.0; i <= 1; i++ {
		for j := -1.0; j <= 1; j++ {
			sum += g.black(p.plus(a.times(i)).plus(b.times(j)), g.light)
		}
	}
	return sum
}

// decode turns the sampled bits into text by gozxing, which also takes them for mirrored. gozxing was not
// written for hostile pictures: a panic in it means that there is no code.
func (g *grid) decode(share float64) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	decoded, err := decoder.NewDecoder().Decode(g.bits(share), nil)
	if err != nil || decoded.GetText() == "" {
		return "", false
	}
	return strings.ToValidUTF8(decoded.GetText(), "\uFFFD"), true
}
