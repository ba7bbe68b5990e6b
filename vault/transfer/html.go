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

var htmlPage = template.Must(template.New("page").Parse(htmlText))

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
		return errors.New("nothing is given that draws codes")
	}
	sheet := struct {
		Made, Program string
		Accounts      []printed
	}{Program: o.Program}
	if !o.Made.IsZero() {
		sheet.Made = o.Made.Format("2 January 2006")
	}
	for _, k := range keys {
		p := printed{Account: k.Account, Heading: k.Issuer, Key: groups(k.Secret.RevealBase32()), Details: details(k.Account), Tags: strings.Join(k.Tags, ", ")}
		if p.Heading == "" {
			p.Heading = k.Label
		}
		if svg, err := o.Draw(k.RevealURI()); err == nil {
			p.Code = template.HTML(svg) //nolint:gosec // drawn here, of squares alone
		}
		sheet.Accounts = append(sheet.Accounts, p)
	}
	return htmlPage.Execute(out, sheet)
}

// groups puts a blank behind each four characters, which can be kept in mind while they are typed.
func groups(key string) string {
	var b strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
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
