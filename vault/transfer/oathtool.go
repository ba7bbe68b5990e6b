package transfer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// oathtool is lines as people keep them for the program of that name: a secret, a name and a secret, or the whole
// command. Nothing tells them from any other words, so they are read by the name alone.
var oathtool = Format{
	Name: "oathtool", Title: "lines for oathtool", Files: "text, in each line a name and a key in base32, or a command; say the format's name",
	Read: readOathtool,
}

func readOathtool(_ context.Context, in Input) (Export, error) {
	var e Export
	lines, err := uriLines(in.Data)
	if err != nil {
		return Export{}, err
	}
	for _, l := range lines {
		account, err := oathtoolLine(l.text)
		if err != nil {
			e.refuse("", fmt.Sprintf("line %d: %v", l.number, err)) // what looks like a name may be the secret
			continue
		}
		e.take(account)
	}
	return e.done()
}

// oathtoolLine reads the options that oathtool has, with their values behind a blank or an equals sign. As there, the
// key of a command is hexadecimal unless the option -b is given; one without a command is in base32.
func oathtoolLine(line string) (entry, error) {
	in := entry{kind: "totp"}
	fields := strings.Fields(line)
	command := strings.TrimPrefix(fields[0], "/usr/bin/") == "oathtool"
	if command {
		fields = fields[1:]
		in.kind = "hotp" // which is what it computes when nothing is said
	}
	base32 := !command
	var words []string
	for i := 0; i < len(fields); i++ {
		name, value, given := strings.Cut(fields[i], "=")
		if !strings.HasPrefix(name, "-") {
			words = append(words, strings.Trim(fields[i], `"'`))
			continue
		}
		if oathtoolTakes(name) && !given {
			if i++; i == len(fields) {
				return in, errors.New("an option is without its value")
			}
			value = fields[i]
		}
		if err := in.oathtoolOption(name, value, &base32); err != nil {
			return in, err
		}
	}
	if len(words) == 0 {
		return in, errors.New("there is no key in it")
	}
	if all := strings.Join(words, ""); base32 && len(all)%16 == 0 && looksBase32(strings.Join(words, " ")) {
		words = []string{all} // in groups of four
	}
	last := len(words) - 1
	if last > 0 && len(words[last]) < 8 {
		return in, errors.New("where its name ends and its key begins cannot be told; write the key without blanks")
	}
	in.label = strings.TrimRight(strings.Join(words[:last], " "), ":=,;")
	if in.secret = words[last]; !base32 {
		raw, err := hex.DecodeString(in.secret)
		if err != nil {
			return in, errors.New("its key is not hexadecimal, as it is without the option -b")
		}
		in.raw, in.secret = raw, ""
	}
	return in, nil
}

// oathtoolTakes tells the options that have a value of their own.
func oathtoolTakes(name string) bool {
	switch name {
	case "-d", "--digits", "-s", "--time-step-size", "-c", "--counter", "-w", "--window", "-N", "--now", "-S", "--start-time":
		return true
	}
	return false
}

func (in *entry) oathtoolOption(name, value string, base32 *bool) error {
	number, err := strconv.ParseUint(strings.TrimSuffix(value, "s"), 10, 63)
	whole := int(min(number, 1<<30)) //nolint:gosec // bounded here
	if whole == 0 || err != nil {
		whole = -1 // to be refused
	}
	switch name {
	case "-b", "--base32":
		*base32 = true
	case "--hotp":
		in.kind = "hotp"
	case "--totp":
		in.kind, in.algorithm = "totp", value
	case "-d", "--digits":
		in.digits = whole
	case "-s", "--time-step-size":
		in.period = whole
	case "-c", "--counter":
		if err != nil {
			return errors.New("its counter is no number")
		}
		in.counter = number
	case "-w", "--window", "-N", "--now", "-v", "--verbose":
	default:
		return errors.New("it has an option that is not known")
	}
	return nil
}
