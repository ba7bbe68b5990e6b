package qr

// PixelScale is the largest scale, for [Symbol.PNG], [Symbol.Kitty] and [Symbol.Sixel], at which the symbol with its
// quiet zone of 4 modules fits into so many pixels; 0 where none does.
func (s Symbol) PixelScale(width, height int) int {
	if s.size == 0 {
		return 0
	}
	return min(max(0, min(width, height)/(s.size+2*pictureQuiet)), maxScale)
}

// PixelSize is the width and the height of the picture at that scale, in pixels.
func (s Symbol) PixelSize(scale int) int { return scale * (s.size + 2*pictureQuiet) }
