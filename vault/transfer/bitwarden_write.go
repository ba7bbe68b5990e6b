package transfer

import (
	"context"
	"io"

	"github.com/google/uuid"

	"twofold/vault"
)

type bitwardenOut struct {
	Encrypted bool                  `json:"encrypted"`
	Folders   []bitwardenFolderOut  `json:"folders"`
	Items     []bitwardenAccountOut `json:"items"`
}

type bitwardenFolderOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type bitwardenAccountOut struct {
	ID       string            `json:"id"`
	FolderID *string           `json:"folderId"`
	Type     int               `json:"type"` // 1 is a login
	Name     string            `json:"name"`
	Notes    *string           `json:"notes"`
	Favorite bool              `json:"favorite"`
	Login    bitwardenLoginOut `json:"login"`
}

type bitwardenLoginOut struct {
	URIs     []string `json:"uris"`
	Username *string  `json:"username"`
	Password *string  `json:"password"`
	TOTP     string   `json:"totp"`
}

// writeBitwarden writes a vault of logins with nothing but their codes. A tag becomes a folder.
func writeBitwarden(_ context.Context, out io.Writer, keys []vault.Key, _ Output) error {
	file := bitwardenOut{Folders: []bitwardenFolderOut{}, Items: []bitwardenAccountOut{}}
	folders := map[string]*string{}
	for _, k := range keys {
		item := bitwardenAccountOut{
			ID: uuid.NewString(), Type: 1, Name: k.Issuer, Notes: orNull(k.Note), Favorite: k.Pinned,
			Login: bitwardenLoginOut{Username: orNull(k.Label), TOTP: k.RevealURI()},
		}
		if k.Type == vault.Steam { // the only form in which Bitwarden knows them
			item.Login.TOTP = "steam://" + k.Secret.RevealBase32()
		} else if item.Name == "" {
			item.Name = k.Label
		}
		if len(k.Tags) > 0 {
			tag := k.Tags[0]
			if folders[tag] == nil {
				id := uuid.NewString()
				folders[tag] = &id
				file.Folders = append(file.Folders, bitwardenFolderOut{ID: id, Name: tag})
			}
			item.FolderID = folders[tag]
		}
		file.Items = append(file.Items, item)
	}
	return writeJSON(out, file)
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
