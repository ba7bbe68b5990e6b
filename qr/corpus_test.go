package qr

import (
	"bufio"
	"bytes"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// A collection of pictures to measure with is a folder with a manifest.tsv whose first column is a
// picture's path, the second and third its set and class, and the last the text that should be read.
// TWOFOLD_QR_PICTURES names the folder; there is none in the project.
type collected struct{ file, set, class, want string }

func collection(t testing.TB) (dir string, list []collected) {
	t.Helper()
	dir = os.Getenv("TWOFOLD_QR_PICTURES")
	if dir == "" {
		t.Skip("TWOFOLD_QR_PICTURES names no collection of pictures")
	}
	data, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	unescape := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\\`, `\`)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) < 4 || cells[0] == "file" {
			continue
		}
		list = append(list, collected{cells[0], cells[1], cells[2], unescape.Replace(cells[len(cells)-1])})
	}
	return dir, list
}

func (c collected) picture(t testing.TB, dir string) image.Image {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, c.file))
	if err != nil {
		t.Fatal(err)
	}
	img, err := parse(data)
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	return img
}

// among says whether the text that is wanted was read, blanks at its end and carriage returns aside.
func (c collected) among(results []Result) bool {
	plain := func(s string) string { return strings.TrimRight(strings.ReplaceAll(s, "\r", ""), " \t\n") }
	return slices.ContainsFunc(results, func(r Result) bool { return plain(r.Text) == plain(c.want) })
}

// TestCollection says what is read of each set and class, and names what is not.
func TestCollection(t *testing.T) {
	dir, list := collection(t)
	type tally struct{ read, wrong, of int }
	sums := map[string]*tally{}
	for _, c := range list {
		results, _ := DecodeImage(c.picture(t, dir))
		for _, name := range []string{"all", "set " + c.set, c.set + " " + c.class} {
			s := sums[name]
			if s == nil {
				s = &tally{}
				sums[name] = s
			}
			s.of++
			switch {
			case c.among(results):
				s.read++
			case len(results) > 0:
				s.wrong++
			}
		}
		if !c.among(results) {
			t.Logf("not read: %s %s %s", c.set, c.class, c.file)
		}
	}
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("%-24s %3d of %3d, %d wrong", name, sums[name].read, sums[name].of, sums[name].wrong)
	}
}

// BenchmarkCollection prints the time of decoding a picture beside that of gozxing in one pass with
// TRY_HARDER, and how the two compare where plain gozxing reads the code. The first figures begin with the
// colors of a picture in memory, those named "gray" with its brightness, which gozxing is slow to take.
func BenchmarkCollection(b *testing.B) {
	dir, list := collection(b)
	var ours, harder, plain, oursOfPlain timings
	read := 0
	for b.Loop() {
		ours, harder, plain, oursOfPlain, read = timings{}, timings{}, timings{}, timings{}, 0
		for _, c := range list {
			img := c.picture(b, dir)
			var results []Result
			took := ours.add(func() any { return grayOf(img) }, func(g any) {
				results = climb(g.(*gray), img.Bounds(), nil)
			})
			if c.among(results) {
				read++
			}
			source := func() any { return gozxing.NewLuminanceSourceFromImage(img) }
			harder.add(source, func(s any) {
				gozxingReads(s.(gozxing.LuminanceSource), map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			})
			var once timings
			there := false
			once.add(source, func(s any) { there = gozxingReads(s.(gozxing.LuminanceSource), nil) })
			if there {
				plain.take(once.colors[0], once.gray[0])
				oursOfPlain.take(took[0], took[1])
			}
		}
	}
	b.ReportMetric(float64(read), "read")
	for _, m := range []struct {
		name               string
		ours, harder       []float64
		oursOfPlain, plain []float64
	}{
		{"", ours.colors, harder.colors, oursOfPlain.colors, plain.colors},
		{"gray-", ours.gray, harder.gray, oursOfPlain.gray, plain.gray},
	} {
		b.ReportMetric(mean(m.ours), m.name+"ms-mean")
		b.ReportMetric(mean(m.harder), m.name+"gozxing-ms-mean")
		b.ReportMetric(mean(m.ours)/mean(m.harder), m.name+"of-means")
		b.ReportMetric(percentile(m.ours, 95), m.name+"ms-p95")
		b.ReportMetric(percentile(m.harder, 95), m.name+"gozxing-ms-p95")
		b.ReportMetric(percentile(m.ours, 95)/percentile(m.harder, 95), m.name+"of-p95")
		b.ReportMetric(mean(m.oursOfPlain)/mean(m.plain), m.name+"where-plain-reads")
	}
}

// timings are milliseconds: from colors on, and from brightness on.
type timings struct{ colors, gray []float64 }

func (t *timings) add(convert func() any, decode func(any)) [2]float64 {
	var g any
	first := milliseconds(func() { g = convert() })
	then := milliseconds(func() { decode(g) })
	t.take(first+then, then)
	return [2]float64{first + then, then}
}

func (t *timings) take(colors, gray float64) {
	t.colors, t.gray = append(t.colors, colors), append(t.gray, gray)
}

func gozxingReads(source gozxing.LuminanceSource, hints map[gozxing.DecodeHintType]any) (read bool) {
	defer func() {
		if recover() != nil {
			read = false
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	if err != nil {
		return false
	}
	_, err = qrcode.NewQRCodeReader().Decode(bitmap, hints)
	return err == nil
}

func milliseconds(f func()) float64 {
	began := time.Now()
	f()
	return float64(time.Since(began)) / 1e6
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(max(1, len(list)))
}

func percentile(list []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
