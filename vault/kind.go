package vault

// Kind says where a vault keeps its secrets.
type Kind string

// The kinds of vault.
const (
	KindAuto      Kind = ""           // the one that is there, or fits this system
	KindKeyring   Kind = "keyring"    // items of the system's keyring
	KindFile      Kind = "file"       // one file under a passphrase
	KindKeyedFile Kind = "keyed-file" // one file, whose key is an item of the keyring
	KindThrowaway Kind = "throwaway"  // memory; see Throwaway, not for Open
)

// usesKeyring tells that nothing opens without the keyring.
func (k Kind) usesKeyring() bool { return k == KindKeyring || k == KindKeyedFile }

// usesPassphrase tells that the key is under a passphrase.
func (k Kind) usesPassphrase() bool { return k == KindFile }

// stored is the kind as a sealed document names it: a file is the same file
// wherever its key is.
func (k Kind) stored() Kind {
	if k == KindKeyedFile {
		return KindFile
	}
	return k
}

// document is the name of the sealed document.
func (k Kind) document() string {
	if k == KindKeyring {
		return indexName
	}
	return accountsName
}

// parts are the files without which a vault of the kind does not open.
func (k Kind) parts() []string {
	if k == KindFile {
		return []string{identityName, accountsName}
	}
	return []string{k.document()}
}
