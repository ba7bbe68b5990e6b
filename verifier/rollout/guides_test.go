package rollout_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/rollout"
)

// A row of these tables is a requirement that the file decides: what it must
// say, and what it says.
type row struct {
	id        string
	got, want any
}

func hold(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		if got, want := fmt.Sprintf("%v", r.got), fmt.Sprintf("%v", r.want); got != want {
			t.Errorf("%s: the file says %s, the guide %s", r.id, got, want)
		}
	}
}

// usual are decisions that all five share, or that no guide makes.
func holdCommon(t *testing.T, r rollout.Rollout) {
	t.Helper()
	hold(t, []row{
		{"six digits", r.TOTP.Digits, 6},
		{"30 seconds", r.TOTP.Period.Std(), 30 * time.Second},
		{"SHA1", r.TOTP.Algorithm, "SHA1"},
		{"six digits in messages", r.Message.Digits, 6},
		{"ten minutes at most", r.Message.Lifetime.Std() <= 10*time.Minute, true},
		{"no recovery codes", r.Recovery.Codes, 0},
		{"well-known passwords are refused", r.Password.RefuseBreached, true},
	})
	if len(r.Picked) == 0 {
		t.Error("nothing was picked, though the guide is silent in places")
	}
}

func TestKodeSaysWhatItsGuideSays(t *testing.T) {
	r := load(t, "kode")
	holdCommon(t, r)
	hold(t, []row{
		{"KODE-1", r.SecondStep.Methods, "[totp sms]"},
		{"KODE-1", r.Text("heading_manage"), "2FA"},
		{"KODE-1", r.Text("method_totp_name") + ", " + r.Text("method_sms_name"), "Authenticator App, Text Message (SMS)"},
		{"KODE-2", r.SecondStep.Enroll, rollout.Optional},
		{"KODE-2", r.Text("heading_account"), "Manage Account"},
		{"KODE-3", r.SetUp.Pages, "[[scan code]]"},
		{"KODE-3", r.Text("button_enable"), "Enable"},
		{"KODE-3", r.Text("key_name"), "setup key"},
		{"KODE-4", r.TOTP.Digits, 6},
		{"KODE-4", r.TOTP.Period.Std(), 30 * time.Second},
		{"KODE-5", r.Device.Remember, false},
		{"KODE-6", r.Text("button_send_code"), "Get Code"},
		{"KODE-6", r.Message.Digits, 6},
		{"KODE-8", strings.Contains(r.Text("help_sms"), "network"), true},
		{"KODE-8", strings.Contains(r.Text("notice_sms_network"), "network"), true},
		{"KODE-10", r.SecondStep.Exempt, "[service]"},
		{"KODE-11", r.SecondStep.Several, false},
		{"KODE-11", strings.Contains(r.Picked["KODE-11"], "last"), true},
		{"picked", r.SecondStep.Removable, true},
		{"apps", appNames(r), "Google Authenticator, Microsoft Authenticator, Authy"},
	})
}

// KODE-10: "ask only on a new device" is two words in the file.
func TestKodeCanAskOnNewDevicesOnly(t *testing.T) {
	text := strings.Replace(source(t, "kode"), "remember = false\nautomatic = false", "remember = true\nautomatic = true\nlifetime = \"720h\"", 1)
	r, err := rollout.Parse([]byte(text))
	if err != nil || !r.Device.Automatic {
		t.Errorf("%+v, %v", r.Device, err)
	}
}

func TestKonexusSaysWhatItsGuideSays(t *testing.T) {
	r := load(t, "konexus")
	holdCommon(t, r)
	hold(t, []row{
		{"KNX-5", len(r.SecondStep.Exempt), 0},
		{"KNX-6", r.Location(), "America/New_York"},
		{"KNX-8", r.SecondStep.Methods, "[email totp]"},
		{"KNX-9", r.SetUp.DonePage, true},
		{"KNX-10", r.SetUp.Pages, "[[app] [scan] [code]]"},
		{"KNX-10", appNames(r), "Google Authenticator, Microsoft Authenticator"},
		{"KNX-11", strings.Contains(r.Text("done_email"), "used from now on"), true},
		{"KNX-11", strings.Contains(r.Text("done_totp"), "used from now on"), true},
		{"KNX-11", r.SecondStep.Several, false}, // or "this method is used" would not be true
		{"KNX-12", strings.HasPrefix(r.Text("faq_when_answer"), "No."), true},
		{"KNX-12", strings.Contains(r.Text("faq_phone_answer"), "email is all you need"), true},
		{"KNX-12", strings.Contains(r.Text("faq_support_answer"), r.Support.Email), true},
		{"KNX-13", strings.ContainsAny(r.Support.String(), "[]"), false},
		{"no remembering", r.Device.Remember, false},
	})
}

// KNX-1 to KNX-7: what the calendar asks of whom, on both sides of each date.
func TestKonexusCalendar(t *testing.T) {
	r := load(t, "konexus")
	for _, c := range []struct {
		id, at, role string
		enroll       rollout.Enroll
		automatic    rollout.Method
		notice       bool
	}{
		{"KNX-1", "2026-05-25T23:59:59-04:00", "user", rollout.Optional, "", false},
		{"KNX-2", "2026-05-26T00:00:00-04:00", "user", rollout.Optional, "", true},
		{"KNX-2", "2026-06-10T23:59:59-04:00", "user", rollout.Optional, "", true},
		{"KNX-3", "2026-06-11T00:00:00-04:00", "user", rollout.Prompted, "", true},
		{"KNX-6", "2026-07-12T23:59:59-04:00", "user", rollout.Prompted, "", true},
		{"KNX-6", "2026-07-13T03:59:59Z", "user", rollout.Prompted, "", true}, // the same instant, told elsewhere
		{"KNX-4", "2026-07-13T00:00:00-04:00", "user", rollout.Required, rollout.Email, true},
		{"KNX-4", "2026-07-13T00:00:00-04:00", "admin", rollout.Required, rollout.Email, true},
		{"KNX-7", "2026-07-13T00:00:00-04:00", "service", rollout.Optional, "", false},
		{"KNX-5", "2026-07-31T00:00:00-04:00", "user", rollout.Required, rollout.Email, true},
		{"KNX-5", "2026-07-31T00:00:00-04:00", "service", rollout.Required, rollout.Email, true},
		{"KNX-5", "2036-01-01T00:00:00-05:00", "helpdesk", rollout.Required, rollout.Email, true},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		p := r.At(at, c.role, "")
		if p.Enroll != c.enroll || p.Automatic != c.automatic || (p.Notice != "") != c.notice || p.Exempt {
			t.Errorf("%s: %s at %s: %+v", c.id, c.role, c.at, p)
		}
	}
}

// KNX-1: another year is four dates; KNX-7: another role set is a line.
func TestKonexusCanBeginWithAdministrators(t *testing.T) {
	text := strings.ReplaceAll(source(t, "konexus"), `"2026-`, `"2027-`)
	text = strings.ReplaceAll(text, `roles = ["user", "admin", "helpdesk"]`, `roles = ["admin"]`)
	r, err := rollout.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	july := time.Date(2027, 7, 14, 0, 0, 0, 0, r.Location())
	hold(t, []row{
		{"KNX-7", r.At(july, "admin", "").Enroll, rollout.Required},
		{"KNX-7", r.At(july, "user", "").Enroll, rollout.Optional},
		{"KNX-7", r.At(july.AddDate(0, 0, 17), "user", "").Enroll, rollout.Required},
	})
}

func TestKorSaysWhatItsGuideSays(t *testing.T) {
	r := load(t, "kor")
	holdCommon(t, r)
	hold(t, []row{
		{"KOR-1", r.SignUp.Allowed, false},
		{"KOR-2", r.SecondStep.Enroll, rollout.Required},
		{"KOR-3", r.Lifetimes.Temporary.Std(), 72 * time.Hour},
		{"KOR-4", r.Password.RefuseBreached, true},
		{"KOR-5", r.SetUp.Pages, "[[name scan code]]"},
		{"KOR-5", r.Text("heading_set_up"), "MFA Setup"},
		{"KOR-5", r.Text("key_name"), "secret"},
		{"KOR-6", strings.Contains(r.Text("intro_code_totp"), "{app}"), true},
		{"KOR-7", strings.Contains(r.Text("notice_time_based"), "time-based"), true},
		{"KOR-8", r.SecondStep.Methods, "[totp]"},
		{"KOR-9", r.Device.Remember && !r.Device.Automatic, true},
		{"KOR-9", r.Device.Lifetime.Std(), 30 * 24 * time.Hour},
		{"KOR-9", r.Text("label_remember"), "Remember this device as trusted environment"},
		{"KOR-9", strings.Contains(r.Text("notice_remember"), "public or shared"), true},
		{"KOR-10", r.Device.ForgetAtSignOut, true},
		{"KOR-10", r.Text("button_sign_out"), "Logout"},
		{"KOR-10", r.Text("label_forget"), "Forget this device as trusted environment"},
		{"KOR-10", r.Text("button_confirm_sign_out"), "Confirm"},
		{"KOR-11", strings.Contains(r.Text("notice_untested_apps"), "untested"), true},
		{"KOR-12", r.SecondStep.Removable || r.Password.Reset || r.Helpdesk.Reset, false},
		{"KOR-12", r.SecondStep.Several, false},
	})
	systems := map[string]int{}
	for _, a := range r.Apps {
		if a.Tested {
			systems[a.System]++
		}
	}
	hold(t, []row{{"KOR-11", systems, map[string]int{"Android": 3, "iOS": 3}}})
}

func TestKoreSaysWhatItsGuideSays(t *testing.T) {
	r := load(t, "kore")
	holdCommon(t, r)
	hold(t, []row{
		{"KORE-1", r.SignUp, rollout.SignUp{Allowed: true, ChooseMethod: true, Phone: true}},
		{"KORE-1", r.SecondStep.Default, rollout.Email},
		{"KORE-2", r.SecondStep.Methods, "[email sms totp]"},
		{"KORE-2", r.SecondStep.Several, false},
		{"KORE-2", r.Text("heading_account") + ", " + r.Text("button_save"), "My profile, Save"},
		{"KORE-3", r.SetUp.Deferred, "[totp]"},
		{"KORE-3", r.Text("qr_name"), "barcode"},
		{"KORE-4", strings.Contains(r.Text("intro_pending"), "old method stays valid"), true},
		{"KORE-5", r.Text("notice_sms_charges"), "SMS charges may apply."},
		{"KORE-6", []int{r.TOTP.Digits, r.Message.Digits}, "[6 6]"},
		{"KORE-6", r.Text("heading_code"), "Enter your OTP pin"},
		{"KORE-7", r.Password.Reset, true},
		{"KORE-10", r.SecondStep.Enroll, rollout.Required},
		{"KORE-10", r.SecondStep.Removable || len(r.SecondStep.Exempt) > 0, false},
		{"no remembering", r.Device.Remember, false},
	})
}

func TestMyCodaboxSaysWhatItsGuideSays(t *testing.T) {
	r := load(t, "mycodabox")
	holdCommon(t, r)
	hold(t, []row{
		{"CODA-1", r.SecondStep.Enroll, rollout.Optional},
		{"CODA-1", r.Text("link_manage"), "Manage 2FA"},
		{"CODA-2", r.SetUp.Pages, "[[scan] [code]]"},
		{"CODA-2", r.SetUp.DonePage, true},
		{"CODA-2", []string{r.Text("button_next"), r.Text("button_enable"), r.Text("button_close")}, "[Next Enable 2FA Close]"},
		{"CODA-2", r.Text("key_name"), "2FA key"},
		{"CODA-3", r.SecondStep.Methods, "[totp]"},
		{"CODA-4", r.SecondStep.Removable && !r.SecondStep.RemoveCode, true},
		{"CODA-4", r.Text("button_disable"), "Disable 2FA"},
		{"CODA-5", r.Helpdesk.Reset && len(r.Helpdesk.Questions) > 1, true},
		{"CODA-5", strings.Contains(r.Picked["CODA-5"], "6.4.2"), true},
		{"CODA-6", r.TOTP.Skew, 0},
		{"CODA-7", strings.Contains(r.Text("help_same_app"), "app that you used"), true},
		{"CODA-7", strings.Contains(r.Text("help_right_entry"), "newest code"), true},
		{"CODA-9", r.Text("error_support"), "Contact the MyCodabox helpdesk, helpdesk@mycodabox.example, +32 2 555 01 00 (weekdays, 9 to 17)."},
		{"no remembering", r.Device.Remember, false},
	})
}

// CODA-8: the office asks for nothing until it is switched.
func TestMyCodaboxOfficeCanBeSwitched(t *testing.T) {
	r := load(t, "mycodabox")
	if len(r.Offices) != 1 {
		t.Fatalf("offices: %v", r.Offices)
	}
	now, name := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), r.Offices[0].Name
	before := r.At(now, "user", name).Enroll
	r.Offices[0].Enroll = rollout.Required
	hold(t, []row{
		{"CODA-8", before, rollout.Optional},
		{"CODA-8", r.At(now, "user", name).Enroll, rollout.Required},
		{"CODA-8", r.At(now, "user", "elsewhere").Enroll, rollout.Optional},
	})
}

func TestStrictObeysTheStandards(t *testing.T) {
	r := load(t, "strict")
	hold(t, []row{
		{"ASVS 6.5.5", r.TOTP.Period.Std() * time.Duration(2*r.TOTP.Skew+1), 30 * time.Second},
		{"ASVS 6.5.5", r.Message.Lifetime.Std() <= 10*time.Minute, true},
		{"ASVS 6.2.1", r.Password.MinLength, 15},
		{"ASVS 6.2.4", r.Password.RefuseBreached, true},
		{"ASVS 6.3.6", r.SecondStep.Methods, "[totp]"},
		{"ASVS 6.3.3", r.SecondStep.Enroll, rollout.Required},
		{"ASVS 6.4.2", r.Helpdesk.Reset || len(r.Helpdesk.Questions) > 0, false},
		{"ASVS 7.5.1", r.SecondStep.RemoveCode, true},
		{"SP 800-63B-4, 3.2.2", r.Limits.HardStop <= 100, true},
		{"SP 800-63B-4, 4.2.1.1", r.Recovery.Codes, 10},
		{"SP 800-63B-4, 2.2.3", r.Lifetimes.Session.Std() <= 24*time.Hour, true},
		{"no trusted devices", r.Device.Remember, false},
		{"nobody exempt", len(r.SecondStep.Exempt), 0},
	})
}

// What was picked is filed under a requirement or under a subject of the file.
func TestPickedNamesRequirementsOrSubjects(t *testing.T) {
	key := regexp.MustCompile(`^(KODE|KNX|KOR|KORE|CODA)-\d+$|^[a-z_]+$`)
	for _, name := range rollout.Names() {
		for k, v := range load(t, name).Picked {
			if !key.MatchString(k) || strings.TrimSpace(v) == "" {
				t.Errorf("%s: picked %q", name, k)
			}
		}
	}
}

func appNames(r rollout.Rollout) string {
	var names []string
	for _, a := range r.Apps {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}
