package transfer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// oathtool is a list of keys alone, one a line, or of calls of oathtool as people keep them in scripts. A comment in
// the line before is the name. Keys alone are read by the name of the format: nothing else says what they are.
var oathtool = Format{
	Name: "oathtool", Title: "list of keys, calls of oathtool", Files: "text with a key in base32 or a call of oathtool in each line",
	Is: func(p *Probe) bool {
		return p.everyLine(func(line string) bool { return strings.HasPrefix(line, "oathtool ") })
	},
	Read: readOathtool,
}

func readOathtool(_ context.Context, in Input) (Export, error) {
	lines, err := textLines(in.Data)
	if err != nil {
		return Export{}, err
	}
	var e Export
	for _, l := range lines {
		one := entry{secret: l.text}
		if words := strings.Fields(l.text); words[0] == "oathtool" {
			one, err = oathtoolCall(words[1:])
		}
		one.label = l.comment
		if one.label == "" {
			one.label = fmt.Sprintf("line %d", l.number)
		}
		if err != nil {
			e.refuse(one.label, err.Error())
			err = nil
			continue
		}
		e.take(one)
	}
	return e.done()
}

// oathtoolCall reads the options of a call.
func oathtoolCall(words []string) (one entry, err error) {
	base32 := false
	one.kind = "hotp" // without --totp
	for len(words) > 0 {
		word := strings.Trim(words[0], `"'`)
		words = words[1:]
		option, value, has := strings.Cut(word, "=")
		takes := func() string { // the value of an option that needs one
			if !has && len(words) > 0 {
				value, words = words[0], words[1:]
			}
			return strings.Trim(value, `"'`)
		}
		switch option {
		case "-b", "--base32":
			base32 = true
		case "--totp":
			one.kind, one.algorithm = "totp", value
		case "--hotp":
		case "-d", "--digits":
			one.digits, err = strconv.Atoi(takes())
		case "-s", "--time-step-size":
			one.period, err = strconv.Atoi(strings.TrimSuffix(takes(), "s"))
		case "-c", "--counter":
			one.counter, err = strconv.ParseUint(takes(), 10, 64)
		default:
			if strings.HasPrefix(word, "-") || one.secret != "" {
				return one, errors.New("it is called with an option that is not known here")
			}
			one.secret = word
		}
		if err != nil {
			return one, errors.New("it is called with a number that is none")
		}
	}
	switch {
	case strings.ContainsAny(one.secret, "$`@"):
		return one, errors.New("its key is not in the line")
	case !base32:
		return oathtoolHex(one)
	}
	return one, nil
}

// oathtoolHex: without --base32 a key is hexadecimal.
func oathtoolHex(one entry) (entry, error) {
	raw, err := hex.DecodeString(one.secret)
	if err != nil {
		return one, errors.New("its key is not hexadecimal, and nothing says that it is base32")
	}
	one.raw, one.secret = raw, ""
	return one, nil
}
