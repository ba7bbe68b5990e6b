package web

import (
	"fmt"
	"strings"

	"twofold/verifier/rollout"
)

// labFacts is a roll-out in words.
func labFacts(r rollout.Rollout) []labFact {
	facts := []labFact{
		{"Summary", r.Summary},
		{"Time zone", r.Location().String()},
		{"Sign-up", labSignUp(r.SignUp)},
		{"Password", labPassword(r.Password)},
		{"Methods", labOffered(r)},
		{"Factors", labFactors(r.SecondStep)},
		{"Set-up pages", labPagesOf(r.SetUp)},
		{"App codes", fmt.Sprintf("%s, %d digits, every %s; %s either side", r.TOTP.Algorithm, r.TOTP.Digits,
			lasting(r.TOTP.Period.Std()), count(r.TOTP.Skew, "step"))},
		{"Sent codes", fmt.Sprintf("%d digits, for %s; again after %s, then twice as long each; %d a day to one address or number%s",
			r.Message.Digits, lasting(r.Message.Lifetime.Std()), lasting(r.Message.ResendAfter.Std()), r.Message.PerDay,
			labYes(r.Message.OwnContacts, "; only to the account’s own", ""))},
		{"Recovery codes", labOrNone(r.Recovery.Codes)},
		{"Trusted devices", labDevices(r.Device)},
		{"Help desk", labHelpdesk(r.Helpdesk)},
		{"Support", r.Support.String()},
		{"Diagnosis", labYes(r.Diagnosis, "account holders hear why a code was refused", "account holders hear one coarse answer")},
		{"Lifetimes", fmt.Sprintf("flow %s, set-up %s, session %s, temporary password %s, reset link %s, invitation %s",
			lasting(r.Lifetimes.Flow.Std()), lasting(r.Lifetimes.Enrollment.Std()), lasting(r.Lifetimes.Session.Std()),
			lasting(r.Lifetimes.Temporary.Std()), lasting(r.Lifetimes.Reset.Std()), lasting(r.Lifetimes.Invitation.Std()))},
	}
	return facts
}

func labYes(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func labOrNone(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

func labSignUp(s rollout.SignUp) string {
	if !s.Allowed {
		return "accounts are made by an administrator"
	}
	return "people sign up by themselves" + labYes(s.ChooseMethod, ", and choose the method with it", "") +
		labYes(s.Phone, ", and may give a number", "")
}

func labPassword(p rollout.Password) string {
	return fmt.Sprintf("%d to %d characters", p.MinLength, p.MaxLength) +
		labYes(p.RefuseBreached, "; well-known ones are refused", "; well-known ones are taken") +
		labYes(p.Reset, "; a forgotten one is replaced by e-mail", "; no reset by e-mail")
}

func labOffered(r rollout.Rollout) string {
	names := make([]string, len(r.SecondStep.Methods))
	for i, m := range r.SecondStep.Methods {
		names[i] = labMethods[m] + labYes(m == r.SecondStep.Default && len(r.SecondStep.Methods) > 1, " (default)", "")
	}
	return strings.Join(names, ", ")
}

func labFactors(s rollout.SecondStep) string {
	text := labYes(s.Several, fmt.Sprintf("up to %d at once", s.MaxFactors), "one at a time: the last one confirmed replaces the others")
	text += labYes(s.Removable, "; the last may be removed where it is not required", "; the last one cannot be removed")
	text += labYes(s.RemoveCode, ", with password and code", "")
	if len(s.Exempt) > 0 {
		text += "; never asked: " + strings.Join(s.Exempt, ", ")
	}
	return text
}

// labBlocks are the parts of set-up pages in words.
var labBlocks = map[rollout.Block]string{
	rollout.BlockApp: "which app", rollout.BlockName: "its name", rollout.BlockScan: "QR and key", rollout.BlockCode: "first code",
}

func labPagesOf(s rollout.SetUp) string {
	pages := make([]string, len(s.Pages))
	for i, page := range s.Pages {
		parts := make([]string, len(page))
		for j, block := range page {
			parts[j] = labBlocks[block]
		}
		pages[i] = strings.Join(parts, ", ")
	}
	text := strings.Join(pages, " → ")
	if s.DonePage {
		text += " → done"
	}
	return text
}

func labDevices(d rollout.Device) string {
	switch {
	case d.Automatic:
		return "each device that showed a code is trusted for " + lasting(d.Lifetime.Std())
	case d.Remember:
		return "may be trusted for " + lasting(d.Lifetime.Std()) + labYes(d.ForgetAtSignOut, "; signing out asks whether to forget it", "")
	}
	return "none: each sign-in asks"
}

func labHelpdesk(d rollout.Helpdesk) string {
	if !d.Reset {
		return "takes no second step off"
	}
	return fmt.Sprintf("takes the second step off after right answers to %s", count(len(d.Questions), "question"))
}
