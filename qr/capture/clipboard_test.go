//go:build unix

package capture

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"twofold/qr"
)

// copyWith puts something on the clipboard; the program stays in the background to hand it out.
func copyWith(t *testing.T, env []string, data []byte, program string, args ...string) {
	t.Helper()
	cmd := command(program, args...)
	cmd.Env, cmd.Stdin = append(cmd.Env, env...), bytes.NewReader(data)
	inGroup(cmd)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	t.Cleanup(func() { endGroup(cmd) })
}

func TestClipboardOfX11(t *testing.T) {
	need(t, "Xvfb", "xclip")
	display := startXvfb(t, 24)
	testClipboard(t, session("DISPLAY="+display), func(data []byte, form string) {
		args := []string{"-selection", "clipboard"}
		if form != "" {
			args = append(args, "-target", form)
		}
		copyWith(t, []string{"DISPLAY=" + display}, data, "xclip", args...)
	})
}

// testClipboard reads what another program has copied, from the empty clipboard on.
func testClipboard(t *testing.T, s system, copyAs func(data []byte, form string)) {
	t.Helper()
	// The other program may take the clipboard a moment after it is back.
	want := func(what string, want Clip) Clip {
		t.Helper()
		var clip Clip
		for end := time.Now().Add(aWhile / 6); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			var err error
			if clip, err = s.clipboard(t.Context()); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if clip.Text == want.Text && bytes.Equal(clip.Picture, want.Picture) {
				return clip
			}
		}
		t.Errorf("%s: it has %.50q and a picture of %d bytes, want %q and one of %d", what, clip.Text, len(clip.Picture), want.Text, len(want.Picture))
		return clip
	}
	want("empty", Clip{})
	for _, text := range []string{enrollment, "two lines\nand 이메일\n"} {
		copyAs([]byte(text), "")
		want("a text", Clip{Text: text})
	}
	picture := pngOf(t, enrollment)
	copyAs(picture, "image/png")
	clip := want("a picture", Clip{Picture: picture})
	if found, err := qr.Decode(clip.Picture); err != nil || len(found) != 1 || found[0].Text != enrollment {
		t.Errorf("the picture has %d codes, %v", len(found), err)
	}
	large := append(blackPNG(t, 400, 300), make([]byte, 3<<20)...) // more than fits into one message of X11
	copyAs(large, "image/png")
	want("a large picture", Clip{Picture: large})
	copyAs([]byte{1, 2, 3}, "application/x-twofold-test")
	want("another form", Clip{})
}

func TestClipboardOfADisplayThatIsNotThere(t *testing.T) {
	need(t, "xclip")
	s := session("DISPLAY=:9871")
	_, err := s.clipboard(t.Context())
	wantUnavailable(t, err, "xclip: ", "open display: :9871")
}

// A program of a selection may offer what it then does not give.
func TestClipboardThatGivesOnlyAPartOfWhatItOffers(t *testing.T) {
	s := session("DISPLAY=:1")
	s.lookPath = fakes(t, map[string]string{"xclip": `
case "$*" in
*TARGETS) echo image/png; echo UTF8_STRING;;
*image/png) echo "it is gone" >&2; exit 1;;
*UTF8_STRING) printf 'the text \377';;
esac`})
	clip, err := s.clipboard(t.Context())
	if err != nil || clip.Text != "the text \uFFFD" || clip.Picture != nil {
		t.Errorf("it has %+v, %v", clip, err)
	}
}

// xsel reads texts, and stands in where xclip is absent or fails.
func TestClipboardByTheSecondProgram(t *testing.T) {
	s := session("DISPLAY=:1")
	s.lookPath = fakes(t, map[string]string{
		"xclip": `echo "Error: out of order" >&2; exit 1`,
		"xsel":  `[ "$*" = "--clipboard --output" ] && printf 'a text'`,
	})
	clip, err := s.clipboard(t.Context())
	if err != nil || clip.Text != "a text" {
		t.Errorf("it has %+v, %v", clip, err)
	}
	s.lookPath = fakes(t, map[string]string{"xclip": "echo out of order >&2; exit 1", "xsel": "echo too old >&2; exit 1"})
	_, err = s.clipboard(t.Context())
	wantUnavailable(t, err, "xclip: out of order", "xsel: too old")
	if strings.Contains(err.Error(), "exit status") {
		t.Errorf("%v", err)
	}
}
