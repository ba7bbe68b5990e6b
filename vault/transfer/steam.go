package transfer

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"twofold/vault"
)

// steam is the maFile of Steam's app, of Steam Desktop Authenticator and of steamguard-cli.
var steam = Format{
	Name: "steam", Title: "Steam Guard", Files: "maFile (JSON), not encrypted",
	Is:   func(p *Probe) bool { return p.Has("shared_secret") || isSteamAccounts(p) || isSteamManifest(p) },
	Read: readSteam,
}

func isSteamAccounts(p *Probe) bool {
	return !p.HasList("accounts") && p.Holds("accounts", `"shared_secret"`)
}

// isSteamManifest tells the list that lies beside maFiles, and says whether they are encrypted.
func isSteamManifest(p *Probe) bool {
	return p.HasList("entries") && p.Holds("entries", `"filename"`) && (p.Holds("entries", `"steamid"`) || p.Holds("entries", `"steam_id"`))
}

type steamAccount struct {
	Secret  word `json:"shared_secret"` // base64 of 20 bytes
	Name    word `json:"account_name"`
	SteamID word `json:"steamid"`
	URI     word `json:"uri"`
	Session *struct {
		SteamID word `json:"SteamID"`
	} `json:"Session"`
}

func readSteam(_ context.Context, in Input) (Export, error) {
	p := &Probe{Data: in.Data}
	if isSteamManifest(p) {
		if string(p.Object()["encrypted"]) == "true" || p.Holds("entries", `"scheme"`) {
			return Export{}, fmt.Errorf("%w: it is the list beside maFiles that are encrypted; turn the encryption off where they were made and import the maFiles", ErrRefused)
		}
		return Export{}, fmt.Errorf("%w: it is the list beside the maFiles; import those", ErrRefused)
	}
	var file struct {
		Accounts json.RawMessage `json:"accounts"`
	}
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	_, accounts := inOrder(file.Accounts)
	if len(accounts) == 0 {
		accounts = list{withoutBOM(in.Data)}
	}
	var e Export
	each(&e, accounts, func(a steamAccount) { takeSteam(&e, a) })
	return e.done()
}

func takeSteam(e *Export, a steamAccount) {
	in := entry{kind: "steam", issuer: steamIssuer, label: string(a.Name)}
	if in.label == "" {
		in.label = string(a.SteamID)
	}
	if in.label == "" && a.Session != nil {
		in.label = string(a.Session.SteamID)
	}
	text := strings.TrimSpace(string(a.Secret))
	if k, err := vault.ParseKeyURI(string(a.URI)); text == "" && err == nil {
		text = base64.RawStdEncoding.EncodeToString(k.Secret.Reveal()) // of the type it says less than the file does
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		e.refuse(in.name(), "its shared secret is no base64; encrypted maFiles are not read")
		return
	}
	in.raw = raw
	e.take(in)
	clear(raw)
}
