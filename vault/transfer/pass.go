package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// pass is a store of pass with its extension otp: files of OpenPGP, which gpg opens and not we. What it prints is a list
// of key URIs.
var pass = Format{
	Name: "pass", Title: "pass", Files: "folder of .gpg; what pass otp uri prints is a list", Refused: true,
	Is: func(p *Probe) bool { return isOpenPGP(p.Data) },
	Read: func(ctx context.Context, in Input) (Export, error) {
		if isOpenPGP(in.Data) {
			return Export{}, fmt.Errorf("%w: it is encrypted by OpenPGP; %s, or for any other file: gpg -d FILE | twofold import -", ErrRefused, passAdvice)
		}
		return readOTPAuth(ctx, in)
	},
}

const passAdvice = "from a store of pass run: pass otp uri NAME | twofold import -"

// isOpenPGP tells a message (RFC 9580, sections 4.2 and 5.1 to 5.3): armored, or one that begins with a session key
// under a public key or a password.
func isOpenPGP(data []byte) bool {
	if bytes.HasPrefix(withoutBOM(data), []byte("-----BEGIN PGP ")) {
		return true
	}
	if len(data) < 6 {
		return false
	}
	at := 0 // of the version
	switch data[0] {
	case 0x84, 0x8c: // length in one octet
		at = 2
	case 0x85: // in two
		at = 3
	case 0xc1, 0xc3: // the newer form
		if at = 2; data[1] >= 192 {
			at = 3
		}
	default:
		return false
	}
	if data[0] == 0x8c || data[0] == 0xc3 {
		return data[at] >= 4 && data[at] <= 6
	}
	return data[at] == 3 || data[at] == 6
}

// CheckFolder says what to do with a folder that holds a store of pass; nil for any other. It looks at no more than
// some hundred names.
func CheckFolder(folder fs.FS) error {
	const most = 500
	seen, found := 0, false
	_ = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > most {
			return fs.SkipAll
		}
		if !d.IsDir() && (strings.EqualFold(path.Ext(name), ".gpg") || d.Name() == ".gpg-id") {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	if found {
		return fmt.Errorf("%w: the folder is a store of pass, which gpg opens; %s", ErrRefused, passAdvice)
	}
	return nil
}
