package transfer

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/tobischo/gokeepasslib/v3"
	"github.com/tobischo/gokeepasslib/v3/wrappers"

	"twofold/vault"
)

// What a database is derived its key by: Argon2d, the one that the library writes, for about half a second.
const (
	keepassMemory = 64 << 20 // bytes
	keepassPasses = 8
	keepassLanes  = 2
)

// writeKeePass writes an entry for each account, as KeePassXC has it; for HOTP, which that cannot, as KeePass has it.
func writeKeePass(_ context.Context, out io.Writer, keys []vault.Key, o Output) error {
	if o.Password.Len() == 0 {
		return ErrNeedsPassword
	}
	group := gokeepasslib.NewGroup()
	group.Name = "Twofold"
	for _, k := range keys {
		group.Entries = append(group.Entries, keepassOut(k))
	}
	db := gokeepasslib.NewDatabase(gokeepasslib.WithDatabaseKDBXVersion4())
	db.Content.Meta.DatabaseName = "Twofold"
	db.Content.Meta.Generator = o.Program
	db.Content.Root.Groups = []gokeepasslib.Group{group}
	kdf := db.Header.FileHeaders.KdfParameters
	kdf.Memory, kdf.Iterations, kdf.Parallelism = keepassMemory, keepassPasses, keepassLanes
	password := o.Password.Reveal()
	db.Credentials = gokeepasslib.NewPasswordCredentials(string(password))
	clear(password)
	if err := db.LockProtectedEntries(); err != nil {
		return err
	}
	return gokeepasslib.NewEncoder(out).Encode(db)
}

func keepassOut(k vault.Key) gokeepasslib.Entry {
	e := gokeepasslib.NewEntry()
	add := func(key, value string, protected bool) {
		e.Values = append(e.Values, gokeepasslib.ValueData{Key: key, Value: gokeepasslib.V{Content: value, Protected: wrappers.NewBoolWrapper(protected)}})
	}
	add("Title", k.Issuer, false)
	add("UserName", k.Label, false)
	add("Notes", k.Note, false)
	if k.Type == vault.HOTP {
		add("HmacOtp-Secret-Base32", k.Secret.RevealBase32(), true)
		add("HmacOtp-Counter", strconv.FormatUint(k.Counter, 10), false)
	} else {
		// Steam is known by the encoder alone there, and the type is not looked at.
		add("otp", strings.Replace(k.RevealURI(), "otpauth://steam/", "otpauth://totp/", 1), true)
	}
	if keepassTags(k.Tags) {
		e.Tags = strings.Join(k.Tags, ";")
	}
	return e
}
