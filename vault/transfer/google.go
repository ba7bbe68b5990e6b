package transfer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"twofold/vault"
)

// googleScheme begins the text in each QR code of an export of Google Authenticator.
const googleScheme = "otpauth-migration://"

// Bounds of one part. Google writes ten accounts into a code, which ends at 2953 bytes; others write files.
const (
	maxGoogleText  = 64 << 10 // bytes
	maxGoogleParts = 1000
)

// ErrGoogle is in every refusal of a text that should be a part of an export of Google Authenticator.
var ErrGoogle = errors.New("this export of Google Authenticator cannot be read")

// GooglePart is what one QR code of an export of Google Authenticator holds. Exports of more than ten accounts have
// several.
type GooglePart struct {
	Batch int32 // the same in all parts of one export
	Index int   // counted from 0
	Of    int   // how many parts the export has, at least 1
	Keys  []vault.Key
	Aside []Aside // entries that cannot be taken

	sum [32]byte // of the payload, to tell the same part seen twice
}

// Aside is an entry of an export that was not taken.
type Aside struct {
	Entry  int    // counted from 1
	Name   string // as the export has it, may be empty; untrusted
	Reason string
}

// IsGoogle tells whether a text says of itself that it is a part of such an export.
func IsGoogle(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(googleScheme) && strings.EqualFold(text[:len(googleScheme)], googleScheme)
}

// ParseGoogle reads the text of one such code, otpauth-migration://offline?data=..., of at most 64 KiB. The data may
// come as exporters, browsers and chat programs leave it: percent-encoded or raw, with blanks for plus signs, in the
// alphabet for URLs, without its padding. Every error is an [ErrGoogle].
func ParseGoogle(text string) (GooglePart, error) {
	if len(text) > maxGoogleText {
		return GooglePart{}, fmt.Errorf("%w: it is longer than %d KiB", ErrGoogle, maxGoogleText>>10)
	}
	data, err := googleData(strings.TrimSpace(text))
	if err != nil {
		return GooglePart{}, err
	}
	payload, err := base64.RawStdEncoding.DecodeString(data)
	defer clear(payload)
	if err != nil {
		return GooglePart{}, fmt.Errorf("%w: its data is not whole base64", ErrGoogle) // the cause would quote a byte of it
	}
	return parseGooglePayload(payload)
}

// googleData is the data parameter, as standard base64 without padding.
func googleData(text string) (string, error) {
	if !IsGoogle(text) {
		return "", fmt.Errorf("%w: it does not begin with %s", ErrGoogle, googleScheme)
	}
	_, query, _ := strings.Cut(text, "?")
	query, _, _ = strings.Cut(query, "#")
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(name, "data") {
			continue
		}
		data, err := url.PathUnescape(value) // which leaves a plus as it is
		if err != nil {
			return "", fmt.Errorf("%w: a percent sign in its data is not followed by two digits", ErrGoogle)
		}
		data = strings.NewReplacer(" ", "+", "-", "+", "_", "/", "\r", "", "\n", "").Replace(data)
		data = strings.TrimRight(data, "=")
		if data == "" {
			break
		}
		return data, nil
	}
	return "", fmt.Errorf("%w: it holds no data", ErrGoogle)
}
