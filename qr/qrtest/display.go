// Package qrtest lets tests look at what a program really draws: an X server without a screen (Xvfb), whose picture
// can be taken at any time, and terminals on it.
package qrtest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Patience is how long something may take to appear on a busy machine.
const Patience = 60 * time.Second

// Display is an X server that draws into a file.
type Display struct {
	Name string // for DISPLAY
	file string
}

// StartDisplay starts Xvfb with one screen of so many pixels, for as long as the test runs.
func StartDisplay(t testing.TB, width, height int) Display {
	t.Helper()
	dir := t.TempDir()
	number, told, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer number.Close()
	size := strconv.Itoa(width) + "x" + strconv.Itoa(height) + "x24"
	server := exec.CommandContext(t.Context(), "Xvfb", "-displayfd", "3", "-screen", "0", size, "-fbdir", dir, "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{told}
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) } // killed, it would leave its lock behind
	err = server.Start()
	_ = told.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() })
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb does not say its display: %v", err)
	}
	return Display{Name: ":" + strings.TrimSpace(line), file: filepath.Join(dir, "Xvfb_screen0")}
}

// Picture is what a part of the screen shows now. Xvfb keeps it in the format of xwd (XWDFile.h): a header of 32-bit numbers,
// the name, the color map, and the pixels.
func (d Display) Picture(t testing.TB, part image.Rectangle) *image.RGBA {
	t.Helper()
	data, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	header := make([]uint32, 25)
	if err := binary.Read(bytes.NewReader(data), binary.BigEndian, header); err != nil {
		t.Fatal(err)
	}
	const colorEntry = 12 // bytes
	length, width, height := int(header[0]), int(header[4]), int(header[5])
	bits, stride, colors := int(header[11]), int(header[12]), int(header[19])
	if bits != 32 {
		t.Fatalf("the screen has %d bits a pixel", bits)
	}
	pixels := data[length+colors*colorEntry:]
	img := image.NewRGBA(part.Intersect(image.Rect(0, 0, width, height)))
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			p := pixels[y*stride+4*x:] // blue, green, red, nothing
			img.SetRGBA(x, y, color.RGBA{p[2], p[1], p[0], 255})
		}
	}
	return img
}
