package transfer

import (
	"context"
	"fmt"
	"strings"

	"twofold/vault"
)

// bitwarden is the export of Bitwarden's vault and of its Authenticator, which share a shape.
var bitwarden = Format{
	Name: "bitwarden", Title: "Bitwarden", Files: "JSON, encrypted with a password of its own or not",
	Is: func(p *Probe) bool {
		return p.Has("encrypted", "items") || p.Has("encrypted", "data") || p.Has("items", "folders") || p.Has("items", "collections")
	},
	Read:  readBitwarden,
	Write: writeBitwarden,
	Lacks: func(a vault.Account) []Loss {
		losses := room{oneTag: true, pin: true, note: true}.lacks(a)
		if a.Type == vault.HOTP {
			losses = append(losses, Loss{What: "codes by a counter", Whole: true})
		}
		return losses
	},
}

type bitwardenFile struct {
	Encrypted         truth `json:"encrypted"`
	PasswordProtected truth `json:"passwordProtected"`
	bitwardenLock
	Folders     list `json:"folders"`
	Collections list `json:"collections"`
	Items       list `json:"items"`
}

type bitwardenItem struct {
	Name          word  `json:"name"`
	FolderID      word  `json:"folderId"`
	CollectionIDs words `json:"collectionIds"`
	Favorite      truth `json:"favorite"`
	Notes         word  `json:"notes"`
	Login         *struct {
		Username word `json:"username"`
		TOTP     word `json:"totp"`
	} `json:"login"`
}

func readBitwarden(ctx context.Context, in Input) (Export, error) {
	var file bitwardenFile
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	if file.Encrypted {
		if !file.PasswordProtected {
			return Export{}, fmt.Errorf("%w: it is encrypted to the Bitwarden account, which no password opens; export again as JSON, or encrypted with a password of its own", ErrRefused)
		}
		plain, err := file.open(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		file = bitwardenFile{}
		if err := readJSON(plain, &file); err != nil {
			return Export{}, err
		}
	}
	var e Export
	folders := namedByID(append(file.Folders, file.Collections...))
	each(&e, file.Items, func(item bitwardenItem) {
		if item.Login == nil || strings.TrimSpace(string(item.Login.TOTP)) == "" {
			return // a card, a note, a login without codes
		}
		var tags []string
		for _, id := range append(item.CollectionIDs, string(item.FolderID)) {
			tags = append(tags, folders[id])
		}
		e.takeText(string(item.Login.TOTP), entry{
			issuer: string(item.Name), label: heldBeside(string(item.Name), string(item.Login.Username)),
			tags: tags, pinned: bool(item.Favorite), note: string(item.Notes),
		})
	})
	return e.done()
}

// heldBeside is a label for an issuer that a format keeps apart from it: a colon in it parts nothing.
func heldBeside(issuer, label string) string {
	return heldLabel(vault.Account{Issuer: plainName([]byte(issuer)), Label: plainName([]byte(label))})
}
