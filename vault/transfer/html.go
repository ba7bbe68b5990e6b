package transfer

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"

	"twofold/vault"
)

// page is a page to be printed and locked away: a code and the key of each account. It needs nothing but itself.
var page = Format{
	Name: "html", Title: "Page to print", Files: "HTML with QR codes",
	Write: writeHTML,
	Lacks: room{tags: true, note: true}.lacks,
}

//go:embed html.tmpl
var htmlText string

var htmlPages = template.Must(template.New("pages").Parse(htmlText))

// printed is an account on the page.
type printed struct {
	vault.Account
	Heading string
	Code    template.HTML // empty where the text is too long for one
	Key     string        // in groups of four
	Details string
	Tags    string
}

func writeHTML(_ context.Context, out io.Writer, keys []vault.Key, o Output) error {
	if o.Draw == nil {
		return errNoPen
	}
	sheet := struct {
		Made, Program string
		Accounts      []printed
	}{Program: o.Program, Made: o.day()}
	for _, k := range keys {
		p := printed{Account: k.Account, Heading: k.Issuer, Key: vault.Grouped(k.Secret.RevealBase32()), Details: details(k.Account), Tags: strings.Join(k.Tags, ", ")}
		if p.Heading == "" {
			p.Heading = k.Label
		}
		p.Code = o.code(k.RevealURI())
		sheet.Accounts = append(sheet.Accounts, p)
	}
	return htmlPages.ExecuteTemplate(out, "keys", sheet)
}

var errNoPen = errors.New("nothing is given that draws codes")

// day is the date as a page says it.
func (o Output) day() string {
	if o.Made.IsZero() {
		return ""
	}
	return o.Made.Format("2 January 2006")
}

// code is empty for a text that is too long for one.
func (o Output) code(text string) template.HTML {
	svg, err := o.Draw(text)
	if err != nil {
		return ""
	}
	return template.HTML(svg) //nolint:gosec // drawn here, of squares alone
}

// WriteGooglePage is a page with the codes of GoogleLinks, to be scanned by Google Authenticator from the screen or from
// paper. It needs Draw.
func WriteGooglePage(out io.Writer, keys []vault.Key, o Output) error {
	if o.Draw == nil {
		return errNoPen
	}
	type part struct {
		Number, Of int
		Code       template.HTML
		Names      []string
	}
	sheet := struct {
		Made, Program string
		Count         int
		Parts         []part
	}{Program: o.Program, Made: o.day(), Count: len(keys)}
	parts := googleParts(keys, randomBatch())
	for i, p := range parts {
		one := part{Number: i + 1, Of: len(parts), Code: o.code(p.link)}
		for _, k := range p.keys {
			one.Names = append(one.Names, k.Name())
		}
		sheet.Parts = append(sheet.Parts, one)
	}
	return htmlPages.ExecuteTemplate(out, "google", sheet)
}

// details are what must be typed along with the key.
func details(a vault.Account) string {
	switch a.Type {
	case vault.Steam:
		return "codes of Steam, five letters and digits"
	case vault.HOTP:
		return fmt.Sprintf("by counter, the next one is %d; %d digits; %s", a.Counter, a.Digits, a.Algorithm)
	case vault.TOTP:
	}
	return fmt.Sprintf("by time, every %d s; %d digits; %s", a.Period, a.Digits, a.Algorithm)
}
