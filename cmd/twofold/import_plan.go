package main

import (
	"cmp"
	"fmt"
	"io"

	"twofold/vault"
	"twofold/vault/transfer"
)

// importPlan is what becomes of the accounts of a file: a step for each key.
type importPlan struct {
	format transfer.Format
	export transfer.Export
	steps  []vault.Step
	all    bool // also those that are doubtful
}

// doubtful accounts seem to be in the vault already: their secret under another name, or their name with another secret.
func doubtful(s vault.Step) bool {
	return s.Fate == vault.FateBeside || s.Fate == vault.FateNew && s.Known.ID != ""
}

func (p importPlan) takes(s vault.Step) bool {
	switch s.Fate {
	case vault.FateNew, vault.FateBeside:
		return p.all || !doubtful(s)
	case vault.FateCounter, vault.FateMended:
		return true
	}
	return false
}

// taken are the accounts that will be merged.
func (p importPlan) taken() []vault.Key {
	var keys []vault.Key
	for i, s := range p.steps {
		if p.takes(s) {
			keys = append(keys, p.export.Keys[i])
		}
	}
	return keys
}

// leftOut is an error when something of the file is neither in the vault now nor was there before.
func (p importPlan) leftOut() error {
	if len(p.export.Aside) > 0 || len(p.export.Parts) > 0 || counted(p.steps)[vault.FateRefused] > 0 {
		return errLeftOut
	}
	for _, s := range p.steps {
		if doubtful(s) && !p.takes(s) {
			return errLeftOut
		}
	}
	return nil
}

func (a *app) showImport(w io.Writer, p importPlan, f importFlags) error {
	if f.json {
		return a.writeImport(p, f)
	}
	fmt.Fprintf(a.Err, "%s, with %s.\n", p.format.Title, count(len(p.export.Keys), "account"))
	for _, part := range p.export.Parts {
		fmt.Fprintf(a.Err, "warning: %s\n", printable(part))
	}
	hidden := 0
	for _, s := range p.steps {
		if !p.takes(s) && doubtful(s) {
			hidden++
		}
		if _, err := fmt.Fprintln(w, p.line(s)); err != nil {
			return err
		}
	}
	for _, aside := range p.export.Aside {
		if _, err := fmt.Fprintln(w, pad(fateWords[vault.FateRefused], 18)+" "+entryName(aside)+": "+printable(aside.Reason)); err != nil {
			return err
		}
	}
	if hidden > 0 {
		fmt.Fprintf(a.Err, "%s left out: they seem to be there already. --all takes them too.\n", were(hidden))
	}
	return nil
}

func (p importPlan) line(s vault.Step) string {
	name := " " + nameOf(s.Account)
	switch {
	case s.Fate == vault.FateBeside && !p.takes(s):
		return pad("left out", 18) + name + ": this name has another secret here"
	case doubtful(s) && !p.takes(s):
		return pad("left out", 18) + name + ": its secret is here as " + nameOf(s.Known)
	case s.Fate == vault.FateNew && !s.Account.Removed.IsZero():
		return pad(fateWords[s.Fate], 18) + name + " (into the trash)"
	case s.Fate == vault.FateRefused:
		return pad(fateWords[s.Fate], 18) + name + ": " + printable(s.Reason)
	}
	return pad(fateWords[s.Fate], 18) + name
}

// entryName is how a person finds an entry again.
func entryName(aside transfer.Aside) string {
	if aside.Name == "" {
		return fmt.Sprintf("entry %d", aside.Entry)
	}
	return printable(aside.Name)
}

// summary is one sentence: what was done, and what was not.
func (p importPlan) summary(done []vault.Step) string {
	for _, s := range p.steps {
		if !p.takes(s) && s.Fate != vault.FateNew && s.Fate != vault.FateBeside {
			done = append(done, s)
		}
	}
	for range p.export.Aside {
		done = append(done, vault.Step{Fate: vault.FateRefused})
	}
	return summary(done)
}

// importedFile is what "import --json" prints.
type importedFile struct {
	Format   string            `json:"format"`
	Accounts []importedAccount `json:"accounts"`
	Skipped  []skippedEntry    `json:"skipped"`
}

type importedAccount struct {
	Type      string     `json:"type"`
	Issuer    string     `json:"issuer"`
	Name      string     `json:"name"`
	Algorithm string     `json:"algorithm"`
	Digits    int        `json:"digits"`
	Period    *int       `json:"period"`  // null for hotp
	Counter   *uint64    `json:"counter"` // null but for hotp
	Secret    string     `json:"secret,omitempty"`
	Fate      vault.Fate `json:"fate"`
	Taken     bool       `json:"taken"`
}

type skippedEntry struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
}

func (a *app) writeImport(p importPlan, f importFlags) error {
	out := importedFile{Format: p.format.Name, Accounts: []importedAccount{}, Skipped: []skippedEntry{}}
	for i, s := range p.steps {
		k := p.export.Keys[i]
		acc := importedAccount{
			Type: string(k.Type), Issuer: k.Issuer, Name: k.Label, Algorithm: string(k.Algorithm), Digits: k.Digits,
			Fate: s.Fate, Taken: p.takes(s),
		}
		if k.Type == vault.HOTP {
			acc.Counter = &k.Counter
		} else {
			acc.Period = &k.Period
		}
		if f.reveal {
			acc.Secret = k.Secret.RevealBase32()
		}
		out.Accounts = append(out.Accounts, acc)
	}
	for _, aside := range p.export.Aside {
		out.Skipped = append(out.Skipped, skippedEntry{cmp.Or(aside.Name, fmt.Sprintf("entry %d", aside.Entry)), aside.Reason})
	}
	for _, part := range p.export.Parts {
		out.Skipped = append(out.Skipped, skippedEntry{"part", part})
	}
	return a.writeJSON(out)
}
