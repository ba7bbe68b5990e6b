package transfer

import (
	"context"
	"encoding/hex"
	"fmt"
)

// battleNet is the preferences of Blizzard's app on a phone whose owner has the rights to read them. It holds one
// account, masked by a text that is the same in every copy of the app.
var battleNet = Format{
	Name: "battle.net", Title: "Battle.net Authenticator", Files: "XML preferences of the app",
	Is:   func(p *Probe) bool { return p.isPreferences(battleNetSecret) },
	Read: readBattleNet,
}

const (
	battleNetSecret = "com.blizzard.messenger.AUTHENTICATOR_DEVICE_SECRET"
	battleNetSerial = "com.blizzard.messenger.AUTHENTICATOR_SERIAL"
	battleNetMask   = "398e27fc50276a656065b0e525f4c06c04c61075286b8e7aeda59da9813b5dd6c80d2fb38068773fa59ba47c17ca6c6479015c1d5b8b8f6b9a"
)

func readBattleNet(_ context.Context, in Input) (Export, error) {
	all, err := preferences(in.Data)
	if err != nil {
		return Export{}, err
	}
	var e Export
	one := entry{issuer: "Battle.net", digits: 8}
	found := false
	for _, p := range all {
		switch p.name {
		case battleNetSerial:
			if serial, err := unmaskBattleNet(p.value); err == nil {
				one.label = string(serial)
			}
		case battleNetSecret:
			found = true
			text, err := unmaskBattleNet(p.value)
			if err == nil {
				one.raw = make([]byte, hex.DecodedLen(len(text)))
				_, err = hex.Decode(one.raw, text)
			}
			if clear(text); err != nil {
				return Export{}, fmt.Errorf("%w: its secret is not written as this app does", ErrBadFile)
			}
		}
	}
	if found {
		e.take(one)
		clear(one.raw)
	}
	return e.done()
}

func unmaskBattleNet(text string) ([]byte, error) {
	mask, err := hex.DecodeString(battleNetMask)
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) > len(mask) {
		return nil, ErrBadFile
	}
	for i := range raw {
		raw[i] ^= mask[i]
	}
	return raw, nil
}
