package delivery_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"twofold/verifier/delivery"
)

func TestNumbersBecomeE164(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		err         error
	}{
		{typed: "+491701234567", want: "+491701234567"},
		{typed: " +49 170 123-45.67 ", want: "+491701234567"},
		{typed: "+49 (0)170/1234567", want: "+491701234567"},
		{typed: "0049 170 1234567", want: "+491701234567"},
		{typed: "(+49) 170 1234567", want: "+491701234567"},
		{typed: "\u202a+49 170\u00a01234567\u202c", want: "+491701234567"}, // as phones' contacts copy it
		{typed: "＋４９　１７０　１２３４５６７", want: "+491701234567"},
		{typed: "+49 30 901820", want: "+4930901820"}, // a landline
		{typed: "+44 (0)20 7946 0018", want: "+442079460018"},
		{typed: "+39 06 698 82341", want: "+390669882341"}, // Italy's zero stays
		{typed: "+36 06 20 123 4567", want: "+36201234567"},
		{typed: "+7 8 912 345 67 89", want: "+79123456789"},
		{typed: "+7 800 555 35 35", want: "+78005553535"},
		{typed: "+1 (202) 555-0143", want: "+12025550143"},
		{typed: "+1 1 202 555 0143", want: "+12025550143"},
		{typed: "+1 555 0100", want: "+15550100"},
		{typed: "+1 555 010 0199", want: "+15550100199"},
		{typed: "+61 491 570 156", want: "+61491570156"}, // kept for fiction
		{typed: "+44 7700 900123", want: "+447700900123"},
		{typed: "+800 1234 5678", want: "+80012345678"},
		{typed: "", err: delivery.ErrPhoneMissing},
		{typed: " \t\u00a0", err: delivery.ErrPhoneMissing},
		{typed: "0170 1234567", err: delivery.ErrPhoneCountryUnknown},
		{typed: "202 555 0143", err: delivery.ErrPhoneCountryUnknown},
		{typed: "+999 170 1234567", err: delivery.ErrPhoneCountryUnknown},
		{typed: "+0 170 1234567", err: delivery.ErrPhoneCountryUnknown},
		{typed: "+49 17", err: delivery.ErrPhoneInvalid},
		{typed: "+49", err: delivery.ErrPhoneInvalid},
		{typed: "+49 170 1234567 89012", err: delivery.ErrPhoneInvalid},
		{typed: "+49 00 170 1234567", err: delivery.ErrPhoneInvalid},
		{typed: "+1 555 0200", err: delivery.ErrPhoneInvalid},
		{typed: "+1 202 555 014", err: delivery.ErrPhoneInvalid},
		{typed: "+49 170 CALLME", err: delivery.ErrPhoneInvalid},
		{typed: "tel:+491701234567", err: delivery.ErrPhoneInvalid},
		{typed: "+49 170 1234567 ext. 8", err: delivery.ErrPhoneInvalid},
		{typed: "++491701234567", err: delivery.ErrPhoneInvalid},
		{typed: "49+1701234567", err: delivery.ErrPhoneInvalid},
		{typed: "+", err: delivery.ErrPhoneInvalid},
		{typed: "---", err: delivery.ErrPhoneInvalid},
		{typed: "ada@example.com", err: delivery.ErrPhoneInvalid},
		{typed: "+49170123\r\nTo: 1", err: delivery.ErrPhoneInvalid},
		{typed: "+49" + strings.Repeat(" ", 64) + "1701234567", err: delivery.ErrPhoneInvalid},
		{typed: "+49\xff1701234567", err: delivery.ErrPhoneInvalid},
	} {
		got, err := delivery.CleanPhone(c.typed)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("CleanPhone(%q) = %q, %v; want %q, %v", c.typed, got, err, c.want, c.err)
		}
	}
}

// TestEveryCountrysNumbersPass holds CleanPhone against libphonenumber: an example of each kind of each country, written
// for abroad, and with the trunk prefix that people leave in.
func TestEveryCountrysNumbersPass(t *testing.T) {
	examples := 0
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.UAN; kind++ {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE { // Canada's 310-1234 cannot be dialed from abroad
				continue
			}
			examples++
			want := phonenumbers.Format(n, phonenumbers.E164)
			written := phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
			if got, err := delivery.CleanPhone(written); got != want {
				t.Errorf("%s: CleanPhone(%q) = %q, %v; want %q", region, written, got, err, want)
			}
			if trunk := phonenumbers.GetNddPrefixForRegion(region, true); trunk == "0" {
				code, rest, _ := strings.Cut(written, " ")
				typed := code + " (0)" + rest
				if got, err := delivery.CleanPhone(typed); got != want {
					t.Errorf("%s: CleanPhone(%q) = %q, %v; want %q", region, typed, got, err, want)
				}
			}
		}
	}
	if examples < 1000 {
		t.Errorf("only %d examples", examples)
	}
}

func TestCountriesAreListedForAForm(t *testing.T) {
	list := delivery.Countries()
	found := 0
	for _, c := range list {
		if c == (delivery.Country{Name: "Germany", Code: "+49"}) || c == (delivery.Country{Name: "Canada", Code: "+1"}) {
			found++
		}
	}
	if found != 2 || len(list) < 200 {
		t.Errorf("%d of 2 in %d", found, len(list))
	}
}

func FuzzCleanPhone(f *testing.F) {
	for _, seed := range []string{"+49 (0)170 1234567", "0049", "+1 1 202 555 0143", "+36 06 20 123 4567", "＋８１", "+7 8 8 8"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		once, err := delivery.CleanPhone(typed)
		if err != nil {
			if once != "" {
				t.Errorf("%q with %v", once, err)
			}
			return
		}
		if len(once) > 16 || once[0] != '+' || strings.Trim(once[1:], "0123456789") != "" {
			t.Errorf("%q is no E.164", once)
		}
		if again, err := delivery.CleanPhone(once); again != once || err != nil {
			t.Errorf("%q becomes %q, %v", once, again, err)
		}
	})
}
