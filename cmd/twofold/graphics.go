package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"twofold/tui/theme"
)

// abilities are what a terminal says of itself. The zero value is one that says nothing: text alone.
type abilities struct {
	kitty, sixel bool  // which pictures it shows
	cell         sides // of one cell, in pixels
	largest      sides // picture of sixels
	light        bool  // its background
}

// sides are a width and a height in pixels; zeros are unknown ones.
type sides struct{ width, height int }

// How long a terminal may take to answer. All that are in use answer at least the last question, most within a few
// milliseconds; over SSH the way there and back is added.
const (
	answerTime    = 150 * time.Millisecond
	answerTimeSSH = time.Second
)

// The questions, in one go. Terminals answer in order, and skip what they don't know; all know the last one, so that
// its answer is the end of the answers.
const (
	askKitty   = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" // may a picture of one pixel be sent?
	askCell    = "\x1b[16t"
	askLargest = "\x1b[?2;1;0S"    // sixels' geometry (XTSMGRAPHICS)
	askGround  = "\x1b]11;?\x1b\\" // the background's color
	askKind    = "\x1b[c"          // primary device attributes: 4 in them is sixels
	wipeLine   = "\r\x1b[K"        // some print what they don't know
	allAsked   = askKitty + askCell + askLargest + askGround + askKind
)

var (
	kittyAnswer   = regexp.MustCompile(`\x1b_Gi=31[^;\x1b]*;OK\x1b\\`)
	cellAnswer    = regexp.MustCompile(`\x1b\[6;(\d{1,4});(\d{1,4})t`)
	largestAnswer = regexp.MustCompile(`\x1b\[\?2;0;(\d{1,5});(\d{1,5})S`)
	groundAnswer  = regexp.MustCompile(`\x1b\]11;rgb:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})`)
	kindAnswer    = regexp.MustCompile(`\x1b\[\?([0-9;]*)c`)
)

// hear reads the answers.
func hear(answers string) abilities {
	var out abilities
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // digits alone match
	out.kitty = kittyAnswer.MatchString(answers)
	if found := kindAnswer.FindStringSubmatch(answers); found != nil {
		for i, kind := range strings.Split(found[1], ";") {
			out.sixel = out.sixel || i > 0 && kind == "4" // the first is the model
		}
	}
	if found := cellAnswer.FindStringSubmatch(answers); found != nil {
		out.cell = sides{number(found[2]), number(found[1])}
	}
	if found := largestAnswer.FindStringSubmatch(answers); found != nil {
		out.largest = sides{number(found[1]), number(found[2])}
	}
	if found := groundAnswer.FindStringSubmatch(answers); found != nil {
		var sum float64
		for _, part := range found[1:] {
			value, _ := strconv.ParseUint(part, 16, 16)
			sum += float64(value) / float64(uint64(1)<<(4*len(part))-1)
		}
		out.light = sum > 1.5
	}
	return out
}

// abilities asks the terminal what it can. It asks none that could not answer, and none behind tmux or screen, which
// keep pictures to themselves.
func (a *app) abilities(terminal *os.File) abilities {
	if a.dumb() {
		return a.silent()
	}
	kind := a.getenv("TERM")
	if a.getenv("TMUX") != "" || a.getenv("STY") != "" || strings.HasPrefix(kind, "tmux") || strings.HasPrefix(kind, "screen") {
		return a.silent()
	}
	patience := answerTime
	if a.getenv("SSH_CONNECTION") != "" {
		patience = answerTimeSSH
	}
	answers := question(terminal, allAsked, kindAnswer, patience)
	if answers == "" {
		return a.silent()
	}
	out := hear(answers)
	if !groundAnswer.MatchString(answers) {
		out.light = a.silent().light
	}
	if out.cell == (sides{}) {
		out.cell = cellOf(terminal)
	}
	return out
}

// silent is a terminal that was not asked, or says nothing.
func (a *app) silent() abilities {
	dark, told := theme.Told(a.getenv("COLORFGBG"))
	return abilities{light: told && !dark}
}

// dumb tells whether the terminal takes no escape codes.
func (a *app) dumb() bool {
	kind := a.getenv("TERM")
	return kind == "" || kind == "dumb"
}
