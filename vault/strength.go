package vault

import (
	"unicode/utf8"

	"twofold/vault/zxcvbn"
)

// Strength is how well a passphrase holds against someone who has the vault's
// files and tries the likely ones first. It says nothing of the passphrase
// itself.
type Strength struct {
	Score      int    // 0 to 4: guessed at once, to not in a lifetime
	Words      string // such as "weak: found in seconds"
	Suggestion string // one sentence; empty when there is nothing to better
}

// Weak tells whether a passphrase is worth a warning.
func (s Strength) Weak() bool { return s.Score < 2 }

const (
	// guessesASecond is what someone with a rack of computers tries of the
	// vault's scrypt, which takes a second or less of one.
	guessesASecond = 1e4
	// judged bounds the beginning that is looked at, in bytes: what is longer
	// and no repetition is strong already, and the search for repetitions
	// takes the third power of it.
	judged = 64
)

// PassphraseStrength estimates what it takes to guess a passphrase. It never
// refuses one: that is the caller's, and only an empty one deserves it. The
// first call takes some 20 ms for its dictionaries, each up to some more, so
// it is not for where a person waits. Parts of the passphrase stay in memory,
// as strings of the matchers, until that is used again.
func PassphraseStrength(passphrase Secret) Strength {
	raw := passphrase.Reveal()
	defer clear(raw)
	return strengthOf(guesses(raw))
}

// guesses never fails: what the matchers cannot read counts by its length.
func guesses(raw []byte) (n float64) {
	raw = raw[:min(len(raw), judged)]
	for range utf8.UTFMax - 1 { // the cut may have gone through a character
		if !utf8.Valid(raw) {
			raw = raw[:len(raw)-1]
		}
	}
	n = 1
	for range raw {
		n *= 10
	}
	defer func() {
		_ = recover() // of bytes that are no text; a hint is not worth the program
	}()
	if utf8.Valid(raw) {
		n = zxcvbn.Guesses(string(raw))
	}
	return n
}

func strengthOf(guesses float64) Strength {
	const minute, hour, day, year = 60.0, 3600.0, 86400.0, 365 * 86400.0
	const more = "Add two or three words that have nothing to do with each other."
	switch seconds := guesses / guessesASecond; {
	case seconds < minute:
		return Strength{0, "weak: found in seconds", more}
	case seconds < hour:
		return Strength{1, "weak: found in minutes", more}
	case seconds < day:
		return Strength{1, "weak: found in hours", more}
	case seconds < year:
		return Strength{2, "fair: found in days or months", "One or two more words make it strong."}
	case seconds < 100*year:
		return Strength{3, "good: holds for years", ""}
	}
	return Strength{4, "strong: holds for centuries", ""}
}
