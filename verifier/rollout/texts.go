package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Text is what pages and messages say under key: the roll-out's own text, or
// the usual one. It is empty for a key that is none.
//
// What the roll-out knows is filled in: {issuer}, {title}, {support}, {trust}
// (how long a device is trusted) and the words {code}, {qr}, {key} and
// {second_step}. The other Placeholders stay for Fill, with what only the page
// knows. A filled-in value is never filled again.
func (r Rollout) Text(key string) string { return r.expand(r.raw(key)) }

// expand fills in what the roll-out knows.
func (r Rollout) expand(text string) string {
	return strings.NewReplacer(
		"{issuer}", r.Issuer, "{title}", r.title(), "{support}", r.Support.String(),
		"{trust}", inWords(r.Device.Lifetime.Std()),
		" a {code}", " "+withArticle(r.raw("code_name")), "{code}", r.raw("code_name"), "{qr}", r.raw("qr_name"), "{key}", r.raw("key_name"),
		"{second_step}", r.raw("second_step_name"),
	).Replace(text)
}

// withArticle says "a code", and "an OTP pin".
func withArticle(name string) string {
	if name != "" && strings.ContainsRune("AEIOUaeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// Fill is Text with the placeholders that only a page knows, as pairs:
// Fill("intro_code_sms", "phone", "+1 *** 12"). Values are put in as they are;
// a page has to escape the result as a whole.
func (r Rollout) Fill(key string, pairs ...string) string {
	filled := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		filled = append(filled, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(filled...).Replace(r.Text(key))
}

// raw is the text before anything is filled in.
func (r Rollout) raw(key string) string {
	if own, ok := r.Texts[key]; ok {
		return own
	}
	return usual[key]
}

func (r Rollout) title() string {
	if r.Title == "" {
		return r.Issuer
	}
	return r.Title
}

// TextKeys lists the keys that [texts] may have, in the order of the pages.
func TextKeys() []string {
	keys := make([]string, len(usualTexts))
	for i, t := range usualTexts {
		keys[i] = t.key
	}
	return keys
}

// Usual is the text that stands under key where a roll-out has none of its own,
// with its placeholders.
func Usual(key string) string { return usual[key] }

// placeholders are what texts may hold in braces.
var placeholders = []string{
	// Filled in by Text.
	"issuer", "title", "support", "trust", "code", "qr", "key", "second_step",
	// Filled in by who shows the text.
	"app", "digits", "period", "email", "phone", "method", "minutes", "number", "link",
}

// filledByText is how many of the placeholders Text fills.
const filledByText = 8

// words are the texts that placeholders stand for.
var words = []string{"second_step_name", "code_name", "qr_name", "key_name"}

// Placeholders lists what a text may hold in braces.
func Placeholders() []string { return slices.Clone(placeholders) }

// String says whom to ask and how: "the help desk, help@kor.example, +1 555 0100
// (weekdays)". With nothing to say it names who gave the account.
func (s Support) String() string {
	var ways []string
	for _, way := range []string{s.Name, s.Email, s.Phone} {
		if way != "" {
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		return "whoever gave you your account"
	}
	line := strings.Join(ways, ", ")
	if s.Hours != "" {
		line += " (" + s.Hours + ")"
	}
	return line
}

// inWords gives a lifetime in its largest whole unit: "30 days".
func inWords(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		one    string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.length; n > 0 && d%unit.length == 0 {
			if n == 1 {
				return "1 " + unit.one
			}
			return fmt.Sprintf("%d %ss", n, unit.one)
		}
	}
	return d.String()
}

var usual = func() map[string]string {
	texts := make(map[string]string, len(usualTexts))
	for _, t := range usualTexts {
		texts[t.key] = t.text
	}
	return texts
}()
