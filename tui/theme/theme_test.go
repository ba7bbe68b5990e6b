package theme

import (
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
)

// contrast is WCAG's ratio of two colors.
func contrast(a, b color.Color) float64 {
	light := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		l := 0.0
		for i, v := range []uint32{r, g, b} {
			s := float64(v) / 0xffff
			if s <= 0.03928 {
				s /= 12.92
			} else {
				s = math.Pow((s+0.055)/1.055, 2.4)
			}
			l += s * []float64{0.2126, 0.7152, 0.0722}[i]
		}
		return l
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestWordsAreReadable: what is read stands out from the backgrounds that its
// theme may meet; where the background is unknown, from both.
func TestWordsAreReadable(t *testing.T) {
	white, black := lipgloss.Color("#FFFFFF"), lipgloss.Color("#16161E")
	for _, c := range []struct {
		name  string
		theme Theme
		on    []color.Color
		least float64
	}{
		{"light", New(false), []color.Color{white}, 4},
		{"dark", New(true), []color.Color{black}, 4},
		{"unknown", Unknown(), []color.Color{white, black}, 3},
	} {
		for name, s := range map[string]lipgloss.Style{
			"Text": c.theme.Text, "Muted": c.theme.Muted, "Accent": c.theme.Accent, "Code": c.theme.Code, "Spent": c.theme.Spent,
			"Key": c.theme.Key, "Match": c.theme.Match, "Warning": c.theme.Warning,
		} {
			for _, on := range c.on {
				if _, own := s.GetForeground().(lipgloss.NoColor); own {
					continue // the terminal's own
				}
				if got := contrast(s.GetForeground(), on); got < c.least {
					t.Errorf("%s, %s: contrast %.1f, under %.0f", c.name, name, got, c.least)
				}
			}
		}
	}
}

func TestTheEnvironmentMayTellTheBackground(t *testing.T) {
	for colors, want := range map[string][2]bool{
		"15;0": {true, true}, "0;default;15": {false, true}, "7;8": {true, true}, "0;7": {false, true},
		"": {}, "15": {}, "0;default": {}, "1;99": {}, "1;-1": {},
	} {
		if dark, told := Told(colors); dark != want[0] || told != want[1] {
			t.Errorf("Told(%q) = %v, %v", colors, dark, told)
		}
	}
}
