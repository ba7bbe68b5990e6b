//go:build race

package tui

// slowdown is how much longer a key may take under the race detector.
const slowdown = 20
