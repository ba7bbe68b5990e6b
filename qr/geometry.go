package qr

import "math"

// point is a place in a picture, x to the right and y down, in pixels: the middle of the first pixel is
// at (0.5, 0.5).
type point struct{ x, y float64 }

func (p point) plus(q point) point        { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point       { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point     { return point{p.x * f, p.y * f} }
func (p point) dot(q point) float64       { return p.x*q.x + p.y*q.y }
func (p point) cross(q point) float64     { return p.x*q.y - p.y*q.x } // positive when q is clockwise of p
func (p point) length() float64           { return math.Hypot(p.x, p.y) }
func middle(p, q point) point             { return point{(p.x + q.x) / 2, (p.y + q.y) / 2} }
func between(p, q point, t float64) point { return p.plus(q.minus(p).times(t)) }
func (p point) within(w, h float64) bool  { return p.x >= 0 && p.y >= 0 && p.x < w && p.y < h }
