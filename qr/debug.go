package qr

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
)

// Look is how decoding a picture went, for a person to look at.
type Look struct {
	Results []Result
	// Steps says in a line each what every attempt saw, the one that is drawn marked by a star.
	Steps []string
	// Picture is the picture in gray with what the marked attempt found: finder patterns as green squares
	// (orange where they are round, thinner where they are less sure), the middles of the modules of the best
	// grid in blue where it was not read and in green where it was. Its longer side has at most 2000 pixels.
	Picture *image.RGBA
}

// longestDebug is the longer side of the picture in a [Look], in pixels.
const longestDebug = 2000

// Explain decodes as [DecodeImage] does, and tells what it looked at. No code is no error here; the
// errors are those about the picture.
func Explain(img image.Image) (Look, error) {
	size := img.Bounds().Size()
	if err := checkSize(size.X, size.Y); err != nil {
		return Look{}, err
	}
	var w watch
	g := grayOf(img)
	look := Look{Results: climb(g, img.Bounds(), &w)}
	marked := w.telling()
	for _, r := range w.rungs {
		look.Steps = append(look.Steps, r.line(r == marked))
	}
	shown := g
	if max(g.width, g.height) > longestDebug {
		shown = fitted(g, longestDebug)
	}
	look.Picture = image.NewRGBA(image.Rect(0, 0, shown.width, shown.height))
	draw.Draw(look.Picture, look.Picture.Rect, &image.Gray{Pix: shown.pix, Stride: shown.width, Rect: look.Picture.Rect}, image.Point{}, draw.Src)
	if marked != nil {
		p := pen{look.Picture, marked.scaleX * float64(shown.width) / float64(g.width), marked.scaleY * float64(shown.height) / float64(g.height)}
		p.rung(marked)
	}
	return look, nil
}

// ExplainFile is [Explain] of a picture file, as [Decode] reads it; of an animated one it explains the first
// frame with a code, else the first frame.
func ExplainFile(data []byte) (first Look, err error) {
	frames := 0
	for frame, err := range pictures(data) {
		if err != nil {
			return first, err
		}
		look, err := Explain(frame.image)
		if err != nil || len(look.Results) > 0 {
			return look, err
		}
		if frames == 0 {
			first = look
		}
		if frames++; frames == maxExplained {
			break
		}
	}
	return first, nil
}

// maxExplained are the frames that are looked at for one with a code.
const maxExplained = 20

func (r *watchedRung) line(marked bool) string {
	mark := " "
	if marked {
		mark = "*"
	}
	text := fmt.Sprintf("%s %-16s %3d finder patterns", mark, r.name, len(r.finders))
	if r.best == nil {
		return text + ", no three that go together"
	}
	text += fmt.Sprintf(", best grid version %d, fits %.0f %%", r.best.version, 100*max(r.best.fit, 0))
	if len(r.read) > 0 {
		return fmt.Sprintf("%s, read %d", text, len(r.read))
	}
	return text + ", not read"
}

// pen draws in the pixels of a view.
type pen struct {
	on             *image.RGBA
	scaleX, scaleY float64
}

var (
	readColor  = color.RGBA{0, 150, 60, 255}
	gridColor  = color.RGBA{40, 90, 255, 255}
	roundColor = color.RGBA{255, 140, 0, 255}
)

func (p pen) rung(r *watchedRung) {
	if len(r.read) == 0 && r.best != nil {
		p.grid(r.best.grid, gridColor)
	}
	for _, g := range r.read {
		p.grid(g.grid, readColor)
	}
	for _, f := range r.finders {
		p.finder(f)
	}
}

func (p pen) grid(g *grid, c color.RGBA) {
	for v := range g.side {
		for u := range g.side {
			p.dot(g.at(float64(u)+0.5, float64(v)+0.5), 0, c)
		}
	}
	corners := g.outline()
	for i := range corners {
		p.stroke(corners[i], corners[(i+1)%4], 1, c)
	}
}

func (p pen) finder(f finder) {
	width, c := 0, readColor
	if f.likeness > surelyAlike {
		width = 1
	}
	if !f.square {
		c = roundColor
		for i, d := range directions {
			next := (i + 1) % rays
			p.stroke(f.center.plus(d.times(f.ray(float64(i)))), f.center.plus(directions[next].times(f.ray(float64(next)))), width, c)
		}
		return
	}
	for i := range f.corners {
		p.stroke(f.corners[i], f.corners[(i+1)%4], width, c)
	}
}

// stroke is a line, dot by dot.
func (p pen) stroke(a, b point, width int, c color.RGBA) {
	steps := math.Ceil(max(math.Abs(b.x-a.x)*p.scaleX, math.Abs(b.y-a.y)*p.scaleY, 1))
	for i := 0.0; i <= steps && steps < 1e5; i++ {
		p.dot(between(a, b, i/steps), width, c)
	}
}

func (p pen) dot(at point, width int, c color.RGBA) {
	x, y := int(math.Floor(at.x*p.scaleX)), int(math.Floor(at.y*p.scaleY))
	for dy := -width; dy <= width; dy++ {
		for dx := -width; dx <= width; dx++ {
			if (image.Point{X: x + dx, Y: y + dy}).In(p.on.Rect) {
				p.on.SetRGBA(x+dx, y+dy, c)
			}
		}
	}
}
