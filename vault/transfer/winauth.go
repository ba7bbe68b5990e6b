package transfer

import (
	"context"
	"path"
	"strings"

	"twofold/vault"
)

// winauth is what WinAuth exports: a list of key URIs in a zip archive, with a password or without. Its plain text is
// read as any other list.
var winauth = Format{
	Name: "winauth", Title: "WinAuth", Files: "zip with a text in it, with a password or without",
	Is: isWinauth,
	Read: func(ctx context.Context, in Input) (Export, error) {
		return readZippedList(ctx, in, isText, winauthLine)
	},
}

// isWinauth wants the text alone in its archive: many another export has a text somewhere.
func isWinauth(p *Probe) bool {
	return zipped(p.Data, isText) && !zipped(p.Data, func(name string) bool { return !isText(name) || named(authplusFile)(name) })
}

func isText(name string) bool { return strings.EqualFold(path.Ext(name), ".txt") }

// readZippedList reads a list of key URIs out of an archive.
func readZippedList(ctx context.Context, in Input, want func(name string) bool, more func(line string, k *vault.Key)) (Export, error) {
	if !strings.HasPrefix(string(in.Data[:min(len(in.Data), len(zipMagic))]), zipMagic) {
		return readURIs(in.Data, more) // taken out of it by somebody
	}
	_, text, err := unzipAsking(ctx, in, want)
	if err != nil {
		return Export{}, err
	}
	defer clear(text)
	return readURIs(text, more)
}

// winauthLine tells an account of Steam by what WinAuth writes beside it, when its name does not say so.
func winauthLine(line string, k *vault.Key) {
	if k.Type == vault.TOTP && k.Digits == 5 && strings.Contains(strings.ToLower(line), "&deviceid=") {
		k.Type, k.Algorithm, k.Period = vault.Steam, vault.SHA1, vault.DefaultPeriod
	}
}
