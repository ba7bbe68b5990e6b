package transfer

import "context"

// lastpass is the export of LastPass Authenticator.
var lastpass = Format{
	Name: "lastpass", Title: "LastPass Authenticator", Files: "JSON",
	Is: func(p *Probe) bool {
		return p.HasList("accounts") && (p.Holds("accounts", `"issuerName"`) || p.Holds("accounts", `"timeStep"`))
	},
	Read: readLastPass,
}

// lastPassAccount has pointers to the names that may be empty on purpose: only where one is missing does the name
// of the enrollment stand for it.
type lastPassAccount struct {
	Issuer         *word  `json:"issuerName"`
	OriginalIssuer word   `json:"originalIssuerName"`
	User           *word  `json:"userName"`
	OriginalUser   word   `json:"originalUserName"`
	Secret         word   `json:"secret"`
	Period         number `json:"timeStep"`
	Digits         number `json:"digits"`
	Algorithm      word   `json:"algorithm"`
	Favorite       truth  `json:"isFavorite"`
	Created        number `json:"creationTimestamp"` // milliseconds from Android, seconds from iOS
	Folder         *struct {
		ID word `json:"folderId"`
	} `json:"folderData"`
}

func readLastPass(_ context.Context, in Input) (Export, error) {
	var file struct {
		Accounts list `json:"accounts"`
		Folders  list `json:"folders"`
	}
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	folders := namedByID(file.Folders)
	delete(folders, "0") // the two that everybody has: Other Accounts
	delete(folders, "1") // and Favorites
	var e Export
	each(&e, file.Accounts, func(a lastPassAccount) {
		in := entry{
			issuer: string(orOriginal(a.Issuer, a.OriginalIssuer)), label: string(orOriginal(a.User, a.OriginalUser)),
			secret: string(a.Secret), algorithm: string(a.Algorithm), digits: a.Digits.orUsual(), period: a.Period.orUsual(),
			pinned: bool(a.Favorite), added: a.Created.moment(),
		}
		if a.Folder != nil {
			in.tags = []string{folders[string(a.Folder.ID)]}
		}
		e.take(in)
	})
	return e.done()
}

func orOriginal(name *word, original word) word {
	if name == nil {
		return original
	}
	return *name
}
