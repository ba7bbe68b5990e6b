package transfer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/protobuf/encoding/protowire"

	"twofold/vault"
)

// The payload, as Google Authenticator has it. Fields that are not here are skipped: newer versions write some.
//
//	message Payload { repeated Entry entries = 1; int32 version = 2, batch_size = 3, batch_index = 4, batch_id = 5; }
//	message Entry {
//	  bytes secret = 1; string name = 2, issuer = 3; int64 counter = 7;
//	  enum algorithm = 4: unspecified, SHA1, SHA256, SHA512, MD5
//	  enum digits = 5:    unspecified, six, eight
//	  enum type = 6:      unspecified, HOTP, TOTP
//	}
const (
	payloadEntries = iota + 1
	payloadVersion
	payloadSize
	payloadIndex
	payloadID
)

const (
	entrySecret = iota + 1
	entryName
	entryIssuer
	entryAlgorithm
	entryDigits
	entryType
	entryCounter
)

const newestGoogle = 2 // version of the payload

func parseGooglePayload(payload []byte) (GooglePart, error) {
	numbers := map[protowire.Number]uint64{}
	p := GooglePart{sum: sha256.Sum256(payload)}
	refuse := func(reason string, args ...any) (GooglePart, error) {
		for _, k := range p.Keys {
			k.Secret.Clear()
		}
		return GooglePart{}, fmt.Errorf("%w: "+reason, append([]any{ErrGoogle}, args...)...)
	}
	entries := 0
	err := fields(payload, func(n protowire.Number, number uint64, bytes []byte) error {
		switch {
		case n > payloadID:
			return nil
		case (n == payloadEntries) != (bytes != nil):
			return errWireType
		case n == payloadEntries:
			entries++
			p.take(entries, bytes)
		default:
			numbers[n] = number
		}
		return nil
	})
	if err != nil {
		return refuse("it is damaged or cut off")
	}
	version, size, index := int32(numbers[payloadVersion]), int32(numbers[payloadSize]), int32(numbers[payloadIndex]) //nolint:gosec // protobuf's int32 is cut so
	switch {
	case version < 0 || version > newestGoogle:
		return refuse("it is of version %d, and %d is the newest known", version, newestGoogle)
	case size < 0 || size > maxGoogleParts || index < 0 || index >= max(size, 1):
		return refuse("it says that it is part %d of %d", int64(index)+1, size)
	case entries == 0:
		return refuse("there is no account in it")
	}
	p.Batch, p.Index, p.Of = int32(numbers[payloadID]), int(index), int(max(size, 1)) //nolint:gosec // as above
	return p, nil
}

// take reads one entry into Keys or Aside.
func (p *GooglePart) take(number int, entry []byte) {
	key, name, err := parseGoogleEntry(entry)
	if err != nil {
		key.Secret.Clear()
		p.Aside = append(p.Aside, Aside{Entry: number, Name: name, Reason: err.Error()})
		return
	}
	p.Keys = append(p.Keys, key)
}

// parseGoogleEntry also gives the entry's name as it is written there, to tell which one an error is about.
func parseGoogleEntry(entry []byte) (key vault.Key, name string, err error) {
	numbers := map[protowire.Number]uint64{}
	var secret, label, issuer []byte // pieces of entry
	err = fields(entry, func(n protowire.Number, number uint64, bytes []byte) error {
		switch n {
		case entrySecret:
			secret = bytes
		case entryName:
			label = bytes
		case entryIssuer:
			issuer = bytes
		case entryAlgorithm, entryDigits, entryType, entryCounter:
			if bytes != nil {
				return errWireType
			}
			numbers[n] = number
			return nil
		default:
			return nil
		}
		if bytes == nil {
			return errWireType
		}
		return nil
	})
	name = plainName(label)
	if err != nil {
		return key, name, errors.New("it is damaged")
	}
	key.Issuer, key.Label = splitName(plainName(issuer), name)
	if err := googleParameters(&key.Account, numbers); err != nil {
		return key, name, err
	}
	if key.Secret, err = vault.NewSecret(secret); err != nil {
		return key, name, err
	}
	return key, name, key.Validate()
}

// googleParameters reads the three enums, in which 0 is the usual thing, and the counter. There is no period: it is
// always 30 s.
func googleParameters(a *vault.Account, numbers map[protowire.Number]uint64) error {
	switch n := numbers[entryType]; n {
	case 0, 2:
		a.Type, a.Period = vault.TOTP, vault.DefaultPeriod
	case 1:
		a.Type, a.Counter = vault.HOTP, numbers[entryCounter]
	default:
		return fmt.Errorf("its type has the number %d, which is not known", n)
	}
	switch n := numbers[entryAlgorithm]; n {
	case 0, 1:
		a.Algorithm = vault.SHA1
	case 2:
		a.Algorithm = vault.SHA256
	case 3:
		a.Algorithm = vault.SHA512
	case 4:
		return errors.New("its algorithm is MD5, which is not supported")
	default:
		return fmt.Errorf("its algorithm has the number %d, which is not known", n)
	}
	switch n := numbers[entryDigits]; n {
	case 0, 1:
		a.Digits = 6
	case 2:
		a.Digits = 8
	default:
		return fmt.Errorf("its number of digits has the number %d, which is not known", n)
	}
	return nil
}

// splitName takes the issuer out of a name that repeats it, or that is the only one to have it.
func splitName(issuer, name string) (string, string) {
	before, after, found := strings.Cut(name, ":")
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	switch {
	case !found, issuer != "" && !strings.EqualFold(issuer, before):
		return issuer, name
	case issuer == "":
		return before, after
	}
	return issuer, after
}

// plainName is a name without what no account's name may hold.
func plainName(raw []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(raw), "\ufffd")))
}

var errWireType = errors.New("a field is of another type")

// fields calls visit for each field of a message: with a number, or with bytes that are not nil and lie in message.
// Fields of other wire types are skipped.
func fields(message []byte, visit func(n protowire.Number, number uint64, bytes []byte) error) error {
	for len(message) > 0 {
		n, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		if size = protowire.ConsumeFieldValue(n, kind, message); size < 0 {
			return protowire.ParseError(size)
		}
		var err error
		switch kind { //nolint:exhaustive // the others carry nothing that is read here
		case protowire.VarintType:
			number, _ := protowire.ConsumeVarint(message)
			err = visit(n, number, nil)
		case protowire.BytesType:
			bytes, _ := protowire.ConsumeBytes(message)
			err = visit(n, 0, bytes[:len(bytes):len(bytes)])
		}
		if err != nil {
			return err
		}
		message = message[size:]
	}
	return nil
}
