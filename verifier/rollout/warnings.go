package rollout

import (
	"fmt"
	"slices"
	"time"
)

// warnings are what may be meant so, but has a price.
func (r Rollout) warnings() []*FieldError {
	var found []*FieldError
	warn := func(really bool, field, reason string, args ...any) {
		if really {
			found = append(found, &FieldError{Field: field, Reason: fmt.Sprintf(reason, args...)})
		}
	}
	step := r.SecondStep
	always := step.Enroll == Required && len(r.Phases) == 0
	warn(!always && r.Password.MinLength < 15, "password.min_length",
		"%d characters are few where the password alone can sign in (SP 800-63B-4, 3.1.1.2: 15)", r.Password.MinLength)
	warn(!r.Password.RefuseBreached, "password.refuse_breached", "well-known passwords are taken (ASVS 6.2.4)")
	warn(slices.Contains(step.Methods, Email), "second_step.methods", "a mailbox is no second factor (ASVS 6.3.6)")
	warn(slices.Contains(step.Methods, SMS), "second_step.methods", "text messages are a restricted authenticator (SP 800-63B-4, 3.1.3.3)")
	warn(r.TOTP.Skew > 1, "totp.skew", "each code is accepted for %s", inWords(r.TOTP.Period.Std()*time.Duration(2*r.TOTP.Skew+1)))
	warn(r.TOTP.Algorithm != "SHA1", "totp.algorithm", "many apps compute SHA1 all the same, and their codes never match")
	warn(r.TOTP.Digits != 6, "totp.digits", "many apps show 6 digits all the same")
	warn(r.TOTP.Period.Std() != 30*time.Second, "totp.period", "many apps take 30 seconds all the same")
	warn(r.Helpdesk.Reset, "helpdesk.questions", "others can find out the answers (ASVS 6.4.2)")
	warn(r.Device.Remember && r.Device.Lifetime.Std() > 30*24*time.Hour, "device.lifetime", "a stolen device signs in for %s", inWords(r.Device.Lifetime.Std()))
	warn(r.Support == Support{}, "support", "pages can name nobody to ask")
	return found
}
