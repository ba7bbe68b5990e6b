// Package theme holds the interface's styles by what they mean.
//
// It promises one accent color, the terminal's own background, and a meaning
// that survives without any color: every style that matters also differs in
// weight, underline or reverse. What is drawn with it is left to the screens.
package theme

import (
	"image/color"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"
)

// Theme is one set of styles, for a dark or for a light background. The zero
// value draws everything plain.
type Theme struct {
	Dark bool

	Text    lipgloss.Style // what is read: issuers, sentences
	Strong  lipgloss.Style // the selected issuer, headings
	Muted   lipgloss.Style // what is read second: labels, hints
	Faint   lipgloss.Style // rules, the empty part of a bar
	Accent  lipgloss.Style // the marker, the bar, the tab in use
	Code    lipgloss.Style // the digits, the brightest thing on the screen
	Spent   lipgloss.Style // digits that are about to end
	Key     lipgloss.Style // the name of a key in a line of help
	Match   lipgloss.Style // letters found by the filter
	Good    lipgloss.Style // something worked
	Warning lipgloss.Style // something needs attention

	accent color.Color
}

// New gives the theme for a dark or a light background. Colors are given in
// full and degraded by the renderer; with NO_COLOR the weights remain.
func New(dark bool) Theme {
	pick := lipgloss.LightDark(dark)
	t := build(func(light, dark, _ string) color.Color {
		return pick(lipgloss.Color(light), lipgloss.Color(dark))
	})
	t.Dark = dark
	t.Code = t.Code.Foreground(pick(lipgloss.Color("#000000"), lipgloss.Color("#FFFFFF")))
	return t
}

// Unknown gives the theme for a background that the terminal has not told, or
// never does: colors that are read on both, and codes in the terminal's own.
func Unknown() Theme {
	t := build(func(_, _, either string) color.Color { return lipgloss.Color(either) })
	t.Dark = true
	return t
}

// Told reads COLORFGBG, "15;0" or "0;default;15", in which some terminals tell
// their background as one of sixteen colors.
func Told(colors string) (dark, told bool) {
	i := strings.LastIndexByte(colors, ';')
	if i < 0 {
		return false, false
	}
	n, err := strconv.Atoi(colors[i+1:])
	if err != nil || n < 0 || n > 15 {
		return false, false
	}
	return n < 7 || n == 8, true
}

func build(hue func(light, dark, either string) color.Color) Theme {
	plain := lipgloss.NewStyle()
	accent := hue("#0F766E", "#5EC8B8", "#2A9486")
	return Theme{
		Text:    plain,
		Strong:  plain.Bold(true),
		Muted:   plain.Foreground(hue("#5B6070", "#9095A6", "#7B808F")),
		Faint:   plain.Foreground(hue("#B9BDC8", "#4B4F5E", "#858994")),
		Accent:  plain.Foreground(accent),
		Code:    plain.Bold(true),
		Spent:   plain.Foreground(hue("#7A7F8C", "#757A8A", "#7B808F")),
		Key:     plain.Foreground(accent).Bold(true),
		Match:   plain.Foreground(accent).Underline(true),
		Good:    plain.Foreground(accent).Bold(true),
		Warning: plain.Foreground(hue("#9A3412", "#F2B27A", "#C05F2A")).Bold(true),
		accent:  accent,
	}
}

// Input gives the styles of a text input: no background, a cursor that does
// not blink.
func (t Theme) Input() textinput.Styles {
	s := textinput.DefaultStyles(t.Dark)
	state := textinput.StyleState{Text: t.Text, Placeholder: t.Muted, Suggestion: t.Faint, Prompt: t.Accent}
	s.Focused, s.Blurred = state, state
	s.Cursor.Blink = false
	s.Cursor.Color = t.accent
	return s
}
