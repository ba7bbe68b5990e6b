package web

import (
	"slices"
	"strings"

	"twofold/verifier/rollout"
)

// labApp is an authenticator app: what the roll-out says of it, and what is
// known of it.
type labApp struct {
	Name, Systems  string
	Tested, Listed bool
	Algorithm      string
	Issuer         string
	Counter        string
	Trouble        string // with the roll-out in force; empty: none is known
}

// labKnown is what is known of an app. What is empty is not known.
type labKnown struct {
	name                       string   // as it is shown
	called                     []string // lower-case parts of the names that people give it
	algorithm, issuer, counter string
	trouble                    func(rollout.Rollout) string
}

const labOnlySHA1 = "computes SHA1, also where the QR says SHA256"

// labKnownApps is what is known of apps by experience. Apps are not equal, and
// change from one release to the next.
var labKnownApps = []labKnown{
	{
		"Google Authenticator",
		[]string{"google"},
		"differs by version and system", "", "",
		func(r rollout.Rollout) string {
			return labWhere(r.TOTP.Algorithm != "SHA1", "may ignore "+r.TOTP.Algorithm+", by version and system")
		},
	},
	{
		"Microsoft Authenticator",
		[]string{"microsoft"},
		labOnlySHA1, "taken from the label’s prefix only", "treats a counter-based QR as time-based",
		func(r rollout.Rollout) string {
			return labJoin(labNeverMatch(r), labWhere(slices.Contains(r.SecondStep.Methods, rollout.HOTP), "counter-based codes never match"))
		},
	},
	{
		"Twilio Authy",
		[]string{"authy"},
		labOnlySHA1, "some builds refuse a space in it", "",
		func(r rollout.Rollout) string {
			return labJoin(labNeverMatch(r), labWhere(strings.Contains(r.Issuer, " "), "some builds refuse the space in “"+r.Issuer+"”"))
		},
	},
	{"Duo Mobile", []string{"duo"}, labOnlySHA1, "", "", labNeverMatch},
	{
		"1Password",
		[]string{"1password"},
		"SHA256 cannot be chosen", "", "",
		func(r rollout.Rollout) string {
			return labWhere(r.TOTP.Algorithm == "SHA256", "cannot do SHA256")
		},
	},
	{"Twofold", []string{"twofold"}, "all three", "both places are read", "counts", func(rollout.Rollout) string { return "" }},
}

func labWhere(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

func labJoin(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), "; ")
}

func labNeverMatch(r rollout.Rollout) string {
	return labWhere(r.TOTP.Algorithm != "SHA1", "ignores "+r.TOTP.Algorithm+": codes never match")
}

// labApps are the apps that the roll-out names, then those that are known
// besides.
func labApps(r rollout.Rollout) []labApp {
	var out []labApp
	seen := map[string]int{}
	for _, a := range r.Apps {
		at, there := seen[a.Name]
		if !there {
			at = len(out)
			seen[a.Name] = at
			out = append(out, labAppOf(a.Name, r))
			out[at].Listed, out[at].Tested = true, true
		}
		if a.System != "" {
			out[at].Systems = labJoin(strings.ReplaceAll(out[at].Systems, ", ", "; "), a.System)
		}
		out[at].Tested = out[at].Tested && a.Tested
	}
	for _, k := range labKnownApps {
		if !slices.ContainsFunc(r.Apps, func(a rollout.App) bool { return k.is(a.Name) }) {
			out = append(out, labAppOf(k.name, r))
		}
	}
	return out
}

func labAppOf(name string, r rollout.Rollout) labApp {
	for _, k := range labKnownApps {
		if k.is(name) {
			return labApp{Name: name, Algorithm: k.algorithm, Issuer: k.issuer, Counter: k.counter, Trouble: k.trouble(r)}
		}
	}
	return labApp{Name: name}
}

func (k labKnown) is(name string) bool {
	return slices.ContainsFunc(k.called, func(part string) bool { return strings.Contains(strings.ToLower(name), part) })
}
