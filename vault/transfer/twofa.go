package transfer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// twofa is ~/.2fa of rsc.io/2fa: lines of a name, the number of digits and the key, and of a counter-based account the
// counter of the code shown last. A variant has the period before the key.
var twofa = Format{
	Name: "2fa", Title: "2fa", Files: "the text ~/.2fa",
	Is: func(p *Probe) bool {
		return p.everyLine(func(line string) bool {
			_, _, err := twofaLine(line)
			return err == nil
		})
	},
	Read: readTwofa,
}

func readTwofa(_ context.Context, in Input) (Export, error) {
	lines, err := textLines(in.Data)
	if err != nil {
		return Export{}, err
	}
	var e Export
	for _, l := range lines {
		one, name, err := twofaLine(l.text)
		if err != nil {
			e.refuse(name, fmt.Sprintf("line %d: %v", l.number, err))
			continue
		}
		e.take(one)
	}
	return e.done()
}

// twofaLine also gives the name of a line that is wrong, where it can only be that.
func twofaLine(line string) (one entry, name string, err error) {
	words := strings.Fields(line)
	if len(words) < 3 || len(words) > 5 || len(words[1]) != 1 || words[1] < "6" || words[1] > "8" {
		return one, "", errors.New("it is not a name, a number of digits from 6 to 8, and a key")
	}
	one = entry{label: words[0], digits: int(words[1][0] - '0')}
	rest := words[2:]
	if period, err := strconv.Atoi(rest[0]); err == nil && len(rest[0]) == 2 && len(rest) > 1 {
		one.period, rest = period, rest[1:]
	}
	if !isBase32(rest[0]) {
		return one, nameUnlessKey(words[0]), errors.New("its key is not base32")
	}
	one.secret = rest[0]
	switch {
	case len(rest) == 1:
		return one, nameUnlessKey(words[0]), nil
	case len(rest) > 2 || len(rest[1]) != 20:
		return one, nameUnlessKey(words[0]), errors.New("its counter is not of 20 digits")
	}
	counter, err := strconv.ParseUint(rest[1], 10, 63)
	if err != nil {
		return one, nameUnlessKey(words[0]), errors.New("its counter is not of 20 digits")
	}
	one.kind, one.counter, one.period = "hotp", counter+1, 0
	return one, nameUnlessKey(words[0]), nil
}

// nameUnlessKey is a word for a person to find an entry by; one that looks like a key is not repeated.
func nameUnlessKey(word string) string {
	if looksBase32(word) || len(word) >= 16 && strings.ToUpper(word) == word {
		return ""
	}
	return word
}
