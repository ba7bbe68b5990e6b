package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"twofold/vault"
)

// twofas is the backup of 2FAS, schemas 1 to 4: services in JSON, in the clear or as one text that is encrypted.
var twofas = Format{
	Name: "2fas", Title: "2FAS", Files: ".2fas or JSON, encrypted or not",
	Is: func(p *Probe) bool {
		return p.Has("schemaVersion") && (p.Has("services") || p.Has("servicesEncrypted"))
	},
	Read:   readTwofas,
	Write:  writeTwofas,
	Lacks:  room{oneTag: true}.lacks,
	Locked: MayBeLocked,
}

type twofasFile struct {
	Schema    number `json:"schemaVersion"`
	Services  list   `json:"services"`
	Groups    list   `json:"groups"`
	Encrypted word   `json:"servicesEncrypted"`
	Reference word   `json:"reference"`
}

type twofasService struct {
	Name    word   `json:"name"` // what its user sees, and may have changed
	Secret  word   `json:"secret"`
	OTP     object `json:"otp"`
	GroupID word   `json:"groupId"`
}

type twofasOTP struct {
	Label     word   `json:"label"`
	Account   word   `json:"account"`
	Issuer    *word  `json:"issuer"` // as it was enrolled
	Digits    number `json:"digits"`
	Period    number `json:"period"`
	Algorithm word   `json:"algorithm"`
	Counter   number `json:"counter"`
	TokenType word   `json:"tokenType"`
}

type twofasGroup struct {
	ID   word `json:"id"`
	Name word `json:"name"`
}

const (
	newestTwofas = 4
	twofasIcon   = "a5b3fb65-4ec5-43e6-8ec1-49e24ca9e7ad" // of a service without one
)

func readTwofas(ctx context.Context, in Input) (Export, error) {
	var file twofasFile
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	if v := file.Schema.value; v > newestTwofas {
		return Export{}, fmt.Errorf("%w: it is of schema %d, and %d is the newest known", ErrRefused, v, newestTwofas)
	}
	if file.Encrypted != "" {
		plain, err := openTwofas(ctx, in, string(file.Encrypted), string(file.Reference))
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		if err := readJSON(plain, &file.Services); err != nil {
			return Export{}, err
		}
	}
	var e, none Export
	named := map[string]string{}
	each(&none, file.Groups, func(g twofasGroup) { named[string(g.ID)] = string(g.Name) })
	each(&e, file.Services, func(s twofasService) {
		var otp twofasOTP
		_ = json.Unmarshal(s.OTP, &otp) // all of it may be missing
		issuer, label := s.names(otp)
		e.take(entry{
			kind: string(otp.TokenType), issuer: issuer, label: label, secret: string(s.Secret), algorithm: string(otp.Algorithm),
			digits: otp.Digits.orUsual(), period: otp.Period.orUsual(), counter: otp.Counter.counter(), tags: []string{named[string(s.GroupID)]},
		})
	})
	return e.done()
}

// names are the service's name and the account there. Programs that do not fill in the account have it in the label,
// behind the issuer or the name. An issuer that is there and empty means that the name is but a stand-in for it.
func (s twofasService) names(otp twofasOTP) (issuer, label string) {
	issuer, label = strings.TrimSpace(string(s.Name)), strings.TrimSpace(string(otp.Account))
	original := ""
	if otp.Issuer != nil {
		original = strings.TrimSpace(string(*otp.Issuer))
	}
	switch {
	case issuer == "":
		issuer = original
	case otp.Issuer != nil && original == "" && issuer == label:
		issuer = ""
	}
	if label == "" {
		label = strings.TrimSpace(string(otp.Label))
		for _, front := range []string{original, issuer} {
			if after, found := strings.CutPrefix(label, front+":"); found && front != "" {
				label = strings.TrimSpace(after)
			}
		}
	}
	return issuer, label
}

func writeTwofas(_ context.Context, out io.Writer, keys []vault.Key, o Output) error {
	var tags groupIDs
	now := time.Now().UnixMilli()
	services := make([]any, len(keys))
	for i, k := range keys {
		services[i] = twofasServiceOf(k, i, now, &tags)
	}
	named := []any{}
	for _, tag := range tags.names {
		named = append(named, map[string]any{"id": tags.id(tag), "name": tag, "isExpanded": true, "updatedAt": now})
	}
	file := map[string]any{
		"services": services, "groups": named, "updatedAt": now, "schemaVersion": newestTwofas,
		"appVersionCode": 0, "appVersionName": o.Program, "appOrigin": "android", // 2FAS reads no other origin
	}
	if o.Password.Len() > 0 {
		plain, err := json.Marshal(services)
		if err != nil {
			return err
		}
		defer clear(plain)
		file["services"] = []any{}
		if file["servicesEncrypted"], file["reference"], err = sealTwofas(plain, o.Password); err != nil {
			return err
		}
	}
	return writeJSON(out, file)
}

func twofasServiceOf(k vault.Key, position int, now int64, tags *groupIDs) any {
	label := heldLabel(k.Account)
	full := ""
	if label != "" {
		full = k.Name() // without a label the name would be taken for one
	}
	otp := map[string]any{
		"label": full, "account": label, "issuer": k.Issuer, "digits": k.Digits, "algorithm": k.Algorithm,
		"tokenType": upper(k.Type), "source": "Manual", "period": max(k.Period, vault.DefaultPeriod),
	}
	if k.Type == vault.HOTP {
		otp["counter"] = k.Counter
	} else {
		otp["period"] = k.Period
	}
	service := map[string]any{
		"name": k.Issuer, "secret": k.Secret.RevealBase32(), "updatedAt": now, "otp": otp, "order": map[string]int{"position": position},
		"icon": map[string]any{
			"selected": "Label", "label": map[string]string{"text": initials(k.Name()), "backgroundColor": "LightBlue"},
			"iconCollection": map[string]string{"id": twofasIcon},
		},
	}
	if k.Issuer == "" {
		service["name"] = label // a service without a name is none there
	}
	if len(k.Tags) > 0 {
		service["groupId"] = tags.id(k.Tags[0])
	}
	return service
}

// initials are the two letters that 2FAS shows where there is no icon.
func initials(name string) string {
	runes := []rune(strings.ToUpper(name))
	return string(runes[:min(len(runes), 2)])
}
