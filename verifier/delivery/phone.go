package delivery

import (
	"errors"
	"sort"
	"strings"
	"unicode"
)

// What CleanPhone refuses with.
var (
	ErrPhoneMissing        = errors.New("no phone number")
	ErrPhoneInvalid        = errors.New("not a phone number")
	ErrPhoneCountryUnknown = errors.New("phone number without a country code that is known")
)

// mostTyped is how long, in bytes, what is taken for a number may be.
const mostTyped = 64

// callingCode is a country calling code, as phonetable.go lists them.
type callingCode struct {
	code    string
	trunk   string // digits that are dialed before a number inside the country, and not from abroad
	lengths uint32 // bit n is set where numbers of n digits, without the calling code, are possible
}

func (c callingCode) takes(national string) bool { return c.lengths&(1<<len(national)) != 0 }

// CleanPhone gives a number in E.164, however it was typed: with spaces,
// hyphens, dots, slashes and parentheses, with 00 for the plus, or with the
// trunk prefix kept, as in +49 (0)170. It asks whether the number is possible, by its length, and
// not whether it is in use: numbers reserved for fiction pass. It refuses with
// ErrPhoneMissing, ErrPhoneCountryUnknown (no calling code, or none that is known) or ErrPhoneInvalid.
func CleanPhone(typed string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		return "", ErrPhoneMissing
	}
	if len(typed) > mostTyped {
		return "", ErrPhoneInvalid
	}
	digits, plus, err := dialed(typed)
	if err != nil {
		return "", err
	}
	if !plus {
		abroad, ok := strings.CutPrefix(digits, "00") // ITU-T E.123, section 2.6 leaves the prefix to the country; most have this
		if !ok {
			return "", ErrPhoneCountryUnknown
		}
		digits = abroad
	}
	country, national, ok := splitCallingCode(digits)
	if !ok {
		return "", ErrPhoneCountryUnknown
	}
	if national, ok = country.significant(national); !ok {
		return "", ErrPhoneInvalid
	}
	return "+" + country.code + national, nil
}

// dialed gives the digits of what was typed, and whether a plus leads them.
func dialed(typed string) (digits string, plus bool, err error) {
	var b strings.Builder
	for _, r := range typed {
		if r >= '０' && r <= '９' { // full width, as Japanese keyboards give them
			r += '0' - '０'
		}
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' || r == '＋':
			if plus || b.Len() > 0 {
				return "", false, ErrPhoneInvalid
			}
			plus = true
		case !unicode.IsSpace(r) && !unicode.In(r, unicode.Pd, unicode.Cf) && !strings.ContainsRune("()./（）．／", r):
			// Cf: marks of direction, that come along when a number is pasted from a contact.
			return "", false, ErrPhoneInvalid
		}
	}
	if b.Len() == 0 {
		return "", false, ErrPhoneInvalid
	}
	return b.String(), plus, nil
}

// splitCallingCode finds the calling code that digits begin with. None is the
// beginning of another.
func splitCallingCode(digits string) (c callingCode, national string, ok bool) {
	for n := 1; n <= 3 && n <= len(digits); n++ {
		i := sort.Search(len(callingCodes), func(i int) bool { return callingCodes[i].code >= digits[:n] })
		if i < len(callingCodes) && callingCodes[i].code == digits[:n] {
			return callingCodes[i], digits[n:], true
		}
	}
	return callingCode{}, "", false
}

// significant gives the national number without the trunk prefix, if it is
// possible then.
func (c callingCode) significant(national string) (string, bool) {
	short, trunk := strings.CutPrefix(national, c.trunk)
	if c.trunk != "" && trunk && (c.trunk[0] == '0' || !c.takes(national)) {
		national = short
	}
	if c.trunk != "" && c.trunk[0] == '0' && strings.HasPrefix(national, "0") {
		return "", false
	}
	return national, c.takes(national) || c.code == "1" && fictional(national)
}

// fictional reports whether a North American number lacks only the area code
// and is one of those that are kept for films and tests: 555-0100 to 555-0199.
func fictional(national string) bool {
	return len(national) == 7 && strings.HasPrefix(national, "55501")
}

// MaskPhone shows so much of a number in E.164 that its owner knows it again:
// +49 ••••• 4567.
func MaskPhone(number string) string {
	country, national, ok := splitCallingCode(strings.TrimPrefix(number, "+"))
	if !ok || len(national) < 7 {
		return "•••••"
	}
	return "+" + country.code + " ••••• " + national[len(national)-4:]
}

// Country is a country or territory with its calling code.
type Country struct {
	Name string // in English
	Code string // calling code with its plus; several countries share +1
}

// Countries lists them by name, for a form.
func Countries() []Country {
	list := make([]Country, 0, len(countries))
	for _, c := range countries {
		list = append(list, Country{Name: c[0], Code: "+" + c[1]})
	}
	return list
}
