package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"twofold/vault"
	"twofold/vault/transfer"
)

var (
	errNoEnrollment = errors.New("this code is no enrollment")
	errPartsMissing = errors.New("an export of Google Authenticator is not complete")
	errEntriesAside = errors.New("some accounts of the export cannot be taken; they are named above")
)

// enrolled is what one code enrolls: an account, or several with a part of an export.
type enrolled struct {
	scanned
	keys []vault.Key
	part *transfer.GooglePart // nil for a single account
}

// harvest is what the codes of one scan enroll together.
type harvest struct {
	enrolled []enrolled
	refused  []error
	aside    []string // entries of exports that cannot be taken
	export   transfer.GoogleExport
}

// gather reads the codes. The same text twice, in two pictures of one page, counts once.
func gather(found []scanned) harvest {
	var h harvest
	seen := map[string]bool{}
	for _, s := range found {
		text := strings.TrimSpace(s.code.Text)
		if seen[text] {
			continue
		}
		seen[text] = true
		var err error
		if transfer.IsGoogle(text) {
			err = h.takePart(s, text)
		} else {
			err = h.takeLink(s, text)
		}
		if err != nil {
			h.refused = append(h.refused, fmt.Errorf("%s: %w", s.where(), err))
		}
	}
	return h
}

func (h *harvest) takeLink(s scanned, text string) error {
	key, err := vault.ParseKeyURI(text)
	if err == nil {
		h.enrolled = append(h.enrolled, enrolled{scanned: s, keys: []vault.Key{key}})
		return nil
	}
	if lower := strings.ToLower(text); strings.HasPrefix(lower, "otpauth:") || strings.HasPrefix(lower, "steam:") {
		return err
	}
	return fmt.Errorf("%w but %s", errNoEnrollment, transfer.What(text))
}

func (h *harvest) takePart(s scanned, text string) error {
	part, err := transfer.ParseGoogle(text)
	if err != nil || !h.export.Add(part) {
		return err
	}
	for _, aside := range part.Aside {
		name := fmt.Sprintf("account %d", aside.Entry)
		if aside.Name != "" {
			name += " (" + printable(aside.Name) + ")"
		}
		h.aside = append(h.aside, fmt.Sprintf("%s: %s: %s", s.where(), name, printable(aside.Reason)))
	}
	if len(part.Keys) > 0 {
		h.enrolled = append(h.enrolled, enrolled{scanned: s, keys: part.Keys, part: &part})
	}
	return nil
}

// missing words the parts of exports that were not in any picture, nil where there are none.
func (h *harvest) missing() error {
	var failed []error
	gaps := h.export.Missing()
	for _, m := range gaps {
		of := ""
		if len(gaps) > 1 && m.With.Name() != "" {
			of = ", of the export with " + nameOf(m.With)
		}
		failed = append(failed, fmt.Errorf("%w: %v%s", errPartsMissing, m, of))
	}
	return errors.Join(failed...)
}

func (h *harvest) keys() []vault.Key {
	var keys []vault.Key
	for _, e := range h.enrolled {
		keys = append(keys, e.keys...)
	}
	return keys
}

// addScanned shows what the codes enroll and where they are, asks, and adds it. Of an export of which parts are missing
// the accounts that were read are added all the same: none of them is lost, and the run ends with what is missing.
func (a *app) addScanned(ctx context.Context, found []scanned, f scanFlags) error {
	h := gather(found)
	keys := h.keys()
	defer clearKeys(keys)
	for _, line := range h.aside {
		fmt.Fprintf(a.Err, "not taken: %s\n", line)
	}
	var aside error
	if len(h.aside) > 0 {
		aside = errEntriesAside
	}
	missing := h.missing()
	if len(keys) == 0 {
		return errors.Join(append(h.refused, aside, missing)...)
	}
	for _, err := range h.refused {
		fmt.Fprintf(a.Err, "skipped: %v\n", err)
	}
	for _, e := range h.enrolled {
		if err := a.showEnrolled(e); err != nil {
			return err
		}
	}
	question := fmt.Sprintf("Add %s?", count(len(keys), "account"))
	if missing != nil {
		fmt.Fprintf(a.Err, "warning: %s\n", strings.ReplaceAll(missing.Error(), "\n", "; "))
		question = fmt.Sprintf("Add %s, without those of the missing parts?", count(len(keys), "account"))
	}
	return errors.Join(a.addShown(ctx, keys, question, f.yes, f.json), missing, aside)
}

// showEnrolled says what a code enrolls and where it is. A person at the terminal sees the first codes too.
func (a *app) showEnrolled(e enrolled) error {
	what := e.found()
	if e.part != nil {
		what += fmt.Sprintf(", %s of a Google Authenticator export", count(len(e.keys), "account"))
		if e.part.Of > 1 {
			what += fmt.Sprintf(", part %d of %d", e.part.Index+1, e.part.Of)
		}
	}
	fmt.Fprintln(a.Err, what+":")
	for _, key := range e.keys {
		if _, person := terminal(a.Err); !person {
			fmt.Fprintln(a.Err, "  "+described(key.Account))
		}
		if err := a.preview(key); err != nil {
			return err
		}
	}
	return nil
}
