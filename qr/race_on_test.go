//go:build race

package qr

// raced tells whether memory is that of the race detector too.
const raced = true
