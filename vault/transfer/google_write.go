package transfer

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"twofold/vault"
)

// Bounds of one part that is written.
const (
	googlePart     = 10   // accounts, as the app itself has them
	googlePartText = 1600 // bytes of a link of several accounts: a code of more is read badly from a screen
)

// GoogleLinks writes accounts as Google Authenticator exports them: one link for each QR code, with ten accounts at
// most. What the format lacks of an account is lost, see the Lacks of the format "google"; batch is the number that
// all parts have, and should be a random one.
func GoogleLinks(keys []vault.Key, batch int32) []string {
	var links []string
	for _, part := range googleParts(keys, batch) {
		links = append(links, part.link)
	}
	return links
}

// googleOut is a part that is written.
type googleOut struct {
	link string
	keys []vault.Key

	entries []byte // one behind the other
}

func googleParts(keys []vault.Key, batch int32) []*googleOut {
	var parts []*googleOut
	for _, k := range keys {
		entry := googleEntryOf(k)
		field := protowire.AppendBytes(protowire.AppendTag(nil, payloadEntries, protowire.BytesType), entry)
		last := len(parts) - 1
		if last < 0 || len(parts[last].keys) == googlePart || base64.StdEncoding.EncodedLen(len(parts[last].entries)+len(field)) > googlePartText {
			parts, last = append(parts, &googleOut{}), last+1
		}
		parts[last].entries = append(parts[last].entries, field...)
		parts[last].keys = append(parts[last].keys, k)
		clear(entry)
		clear(field)
	}
	for i, part := range parts {
		part.link = googleLink(appendNumbers(part.entries, 1, len(parts), i, int(batch)))
		clear(part.entries)
	}
	return parts
}

// appendNumbers puts version, size, index and id behind the entries of a part.
func appendNumbers(b []byte, numbers ...int) []byte {
	b = b[:len(b):len(b)]
	for i, number := range numbers {
		b = protowire.AppendVarint(protowire.AppendTag(b, protowire.Number(payloadVersion+i), protowire.VarintType), uint64(number)) //nolint:gosec // a negative one is meant to be of ten bytes
	}
	return b
}

func googleLink(payload []byte) string {
	defer clear(payload)
	text := base64.StdEncoding.EncodeToString(payload)
	return googleScheme + "offline?data=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(text)
}

func googleEntryOf(k vault.Key) []byte {
	secret := k.Secret.Reveal()
	defer clear(secret)
	var b []byte
	for n, text := range map[protowire.Number][]byte{entrySecret: secret, entryName: []byte(heldLabel(k.Account)), entryIssuer: []byte(k.Issuer)} {
		b = protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), text)
	}
	algorithm := map[vault.Algorithm]uint64{vault.SHA1: 1, vault.SHA256: 2, vault.SHA512: 3}[k.Algorithm]
	digits, kind := uint64(1), uint64(2)
	if k.Digits == 8 {
		digits = 2
	}
	if k.Type == vault.HOTP {
		kind = 1
	}
	for i, number := range []uint64{algorithm, digits, kind, k.Counter} {
		if n := protowire.Number(entryAlgorithm + i); n != entryCounter || k.Type == vault.HOTP {
			b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), number)
		}
	}
	return b
}

func writeGoogle(_ context.Context, out io.Writer, keys []vault.Key, _ Output) error {
	for _, link := range GoogleLinks(keys, randomBatch()) {
		if _, err := io.WriteString(out, link+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func randomBatch() int32 {
	var batch [4]byte
	_, _ = rand.Read(batch[:])                      // never fails
	return int32(binary.BigEndian.Uint32(batch[:])) //nolint:gosec // any number will do
}

func googleLacks(a vault.Account) []Loss {
	losses := room{}.lacks(a)
	switch {
	case a.Type == vault.Steam:
		return append(losses, Loss{"codes of Steam", true})
	case a.Digits != 6 && a.Digits != 8:
		losses = append(losses, Loss{"a number of digits other than 6 and 8", true})
	}
	if a.Type == vault.TOTP && a.Period != vault.DefaultPeriod {
		losses = append(losses, Loss{"a period other than 30 s", true})
	}
	return losses
}
