package codes

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
	"golang.org/x/text/unicode/norm"

	"twofold/tui/widget"
	"twofold/vault"
)

// row is an account prepared for showing: everything that needs no secret and
// no clock, computed once a load and off the event loop.
type row struct {
	account       vault.Account
	issuer, label string  // harmless to show
	fields        []field // what the filter searches: title, detail, tags
	aside         string  // why it is no account; empty for one that is
	sorted        string
	twin          bool // another one has the same issuer
}

func (r row) counter() bool { return r.account.Type == vault.HOTP }

// title is what the account is called first: its issuer, or the label of one
// that has none. detail is the label where that is not said by the title.
func (r row) title() string { return cmp.Or(r.issuer, r.label) }

func (r row) detail() string {
	if r.issuer == "" {
		return ""
	}
	return r.label
}

func (r row) period() time.Duration { return time.Duration(r.account.Period) * time.Second }

// name is what sentences call the account.
func (r row) name() string {
	if r.detail() == "" {
		return r.title()
	}
	return r.title() + " · " + r.detail()
}

// broken are rows for what the vault has set aside: marked, and never in the way.
func broken(entries []vault.Damaged) []row {
	rows := make([]row, len(entries))
	for i, d := range entries {
		r := row{account: vault.Account{ID: d.ID}, issuer: "Unreadable entry", label: widget.Clean(d.ID), aside: widget.Clean(d.Reason)}
		if r.aside == "" {
			r.aside = "no reason known"
		}
		r.fields = []field{asField(r.title()), asField(r.detail())}
		rows[i] = r
	}
	return rows
}

func prepare(accounts []vault.Account) []row {
	rows := make([]row, len(accounts))
	for i, a := range accounts {
		r := row{account: a, issuer: shown(a.Issuer), label: shown(a.Label)}
		if r.issuer == "" && r.label == "" {
			r.label = "(no name)"
		}
		r.fields = []field{asField(r.title()), asField(r.detail())}
		for _, tag := range a.Tags {
			r.fields = append(r.fields, asField(shown(tag)))
		}
		pin := "1"
		if a.Pinned {
			pin = "0"
		}
		r.sorted = pin + strings.ToLower(r.title()) + "\x00" + strings.ToLower(r.detail()) + "\x00" + a.ID
		rows[i] = r
	}
	named := make(map[string]int, len(rows))
	for _, r := range rows {
		named[strings.ToLower(r.title())]++
	}
	for i := range rows {
		rows[i].twin = named[strings.ToLower(rows[i].title())] > 1
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.sorted, b.sorted) })
	return rows
}

// shown is text from outside, harmless and with each accent in its letter, as
// the filter looks for it.
func shown(text string) string { return widget.Clean(norm.NFC.String(text)) }

// field is a text that the filter searches. Its accents are taken off once, and
// not for every key: what is left is mostly ASCII, where fzf is fastest.
type field struct{ shown, plain util.Chars }

func asField(shown string) field {
	plain := string(algo.NormalizeRunes([]rune(shown)))
	return field{util.ToChars([]byte(shown)), util.ToChars([]byte(plain))}
}

// widths are the widest cells of a load, bounded so that one long name cannot
// push the codes away.
type widths struct {
	title, detail int
	code          int  // of a code and its successor
	sign          bool // some row has one before its name
	twins         bool // some rows have the same issuer
}

func measure(rows []row) (w widths, period time.Duration) {
	count := map[time.Duration]int{}
	for _, r := range rows {
		w.title = max(w.title, min(widget.Width(r.title()), 24))
		w.detail = max(w.detail, min(widget.Width(r.detail()), 36))
		w.sign = w.sign || r.account.Pinned || r.aside != ""
		w.twins = w.twins || r.twin
		if !r.counter() && r.aside == "" {
			w.code = max(w.code, 2*len(widget.Group(strings.Repeat("0", min(r.account.Digits, 10))))+3)
			count[r.period()]++
		}
	}
	period = 30 * time.Second
	for p, n := range count {
		if n > count[period] || n == count[period] && p < period {
			period = p
		}
	}
	return w, period
}

// loaded carries fresh rows; refreshed says that a look for changes found none
// or failed.
type (
	loaded struct {
		rows   []row
		widest widths
		period time.Duration
		after  string // what happened, in words; empty for nothing to say
		keep   string // id to select
	}
	refreshed struct{ err error }
	fetched   struct {
		generation int
		held       map[string]held
	}
)

func snapshot(v Vault) loaded {
	rows := append(prepare(v.Accounts()), broken(v.SetAside())...)
	w, p := measure(rows)
	return loaded{rows: rows, widest: w, period: p}
}
