package add

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/vault"
)

// The fields of the form, in the order of Tab.
const (
	fieldKey = iota
	fieldIssuer
	fieldLabel
	fieldType
	fieldDigits
	fieldPeriod
	fieldAlgorithm
	fields
	inputs = fieldLabel + 1
)

var (
	types      = []vault.Type{vault.TOTP, vault.HOTP, vault.Steam}
	digits     = []int{6, 7, 8}
	periods    = []int{30, 60, 15, 90}
	algorithms = []vault.Algorithm{vault.SHA1, vault.SHA256, vault.SHA512}
)

// form is a key typed by hand with what belongs to it. The four last fields
// have few values, changed by arrows; what nearly every page means comes first.
type form struct {
	input   [inputs]textinput.Model
	choice  [fields]int
	at      int
	pressed bool // Enter was pressed too early: say what is missing
}

func newForm() form {
	var f form
	for i := range f.input {
		in := textinput.New()
		in.Prompt = ""
		in.CharLimit = 512
		f.input[i] = in
	}
	f.input[fieldKey].CharLimit = 2048
	f.input[fieldKey].Placeholder = "letters and digits, blanks do not matter"
	f.input[fieldIssuer].Placeholder = "for example GitHub"
	f.input[fieldLabel].Placeholder = "for example ada@example.com"
	return f
}

func (f form) setTheme(t theme.Theme) form {
	for i := range f.input {
		f.input[i].SetStyles(t.Input())
	}
	return f
}

func (f form) setWidth(width int) form {
	for i := range f.input {
		f.input[i].SetWidth(max(6, min(48, width-18)))
	}
	return f
}

func (f form) onChoice() bool { return f.at >= inputs }

// focus moves to a field; past either end it goes around.
func (f form) focus(to int) (form, tea.Cmd) {
	f.at = (to + fields) % fields
	for !f.shown(f.at) {
		step := 1
		if to < 0 || f.at > to {
			step = -1
		}
		f.at = (f.at + step + fields) % fields
	}
	var cmd tea.Cmd
	for i := range f.input {
		if i == f.at {
			cmd = f.input[i].Focus()
		} else {
			f.input[i].Blur()
		}
	}
	return f, cmd
}

// shown: Steam fixes digits, period and algorithm; a counter has no period.
func (f form) shown(field int) bool {
	switch types[f.choice[fieldType]] {
	case vault.Steam:
		return field <= fieldType
	case vault.HOTP:
		return field != fieldPeriod
	}
	return true
}

func (f form) change(by int) form {
	n := map[int]int{fieldType: len(types), fieldDigits: len(digits), fieldPeriod: len(periods), fieldAlgorithm: len(algorithms)}[f.at]
	if n > 0 {
		f.choice[f.at] = (f.choice[f.at] + by + n) % n
	}
	return f
}

func (f form) typed(msg tea.Msg) (form, tea.Cmd) {
	if f.onChoice() {
		return f, nil
	}
	f.pressed = false
	var cmd tea.Cmd
	f.input[f.at], cmd = f.input[f.at].Update(msg)
	return f, cmd
}

func (f form) keyText() string { return strings.TrimSpace(f.input[fieldKey].Value()) }

// unnamed: an account needs one name at least to be found again.
func (f form) unnamed() bool {
	return strings.TrimSpace(f.input[fieldIssuer].Value()) == "" && strings.TrimSpace(f.input[fieldLabel].Value()) == ""
}

// problem says what is wrong with the key as typed so far; nil while there is
// none to see yet.
func (f form) problem() error {
	if f.keyText() == "" {
		return nil
	}
	s, err := vault.ParseSecret(f.keyText())
	s.Clear()
	return err
}

// key is the account as typed.
func (f form) key() (vault.Key, error) {
	secret, err := vault.ParseSecret(f.keyText())
	if err != nil {
		return vault.Key{}, err
	}
	k := vault.Key{Secret: secret, Account: vault.Account{
		Type:      types[f.choice[fieldType]],
		Issuer:    strings.TrimSpace(f.input[fieldIssuer].Value()),
		Label:     strings.TrimSpace(f.input[fieldLabel].Value()),
		Algorithm: algorithms[f.choice[fieldAlgorithm]],
		Digits:    digits[f.choice[fieldDigits]],
		Period:    periods[f.choice[fieldPeriod]],
	}}
	switch k.Type {
	case vault.HOTP:
		k.Period = 0
	case vault.Steam:
		k.Algorithm, k.Digits, k.Period = vault.SHA1, 5, 30
	}
	return k, k.Validate()
}

// value is what a choice shows.
func (f form) value(field int) string {
	c := f.choice[field]
	switch field {
	case fieldType:
		return kind(types[c])
	case fieldDigits:
		return strconv.Itoa(digits[c])
	case fieldPeriod:
		return fmt.Sprintf("%d s", periods[c])
	case fieldAlgorithm:
		return string(algorithms[c])
	}
	return ""
}

// hint words a mistake in the key, where it helps with what was likely meant.
func hint(err error) string {
	var s *vault.SecretError
	if !errors.As(err, &s) {
		return err.Error()
	}
	text := fmt.Sprintf("Character %d, %q, can't be in a key: letters A to Z and digits 2 to 7 only.", s.Place, s.Char)
	if i := slices.Index([]rune("018"), s.Char); i >= 0 {
		text += fmt.Sprintf(" Is it %s?", []string{"the letter O", "the letter I or L", "the letter B"}[i])
	}
	return text
}
