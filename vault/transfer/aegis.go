package transfer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"

	"twofold/vault"
)

// aegis is the vault of Aegis: a database in JSON, in the clear or under a master key that each slot holds once.
var aegis = Format{
	Name: "aegis", Title: "Aegis", Files: "JSON, encrypted or not",
	Is:     func(p *Probe) bool { return p.Has("header", "db") },
	Read:   readAegis,
	Write:  writeAegis,
	Lacks:  room{tags: true, pin: true, note: true}.lacks,
	Locked: MayBeLocked,
}

type aegisFile struct {
	Version number          `json:"version"`
	Header  aegisHeader     `json:"header"`
	DB      json.RawMessage `json:"db"` // the database, or as base64 what it is encrypted to
}

type aegisHeader struct {
	Slots  list         `json:"slots"`
	Params *aegisSealed `json:"params"`
}

// aegisSealed is where a ciphertext of AES-GCM has its nonce and its tag.
type aegisSealed struct {
	Nonce hexBytes `json:"nonce"`
	Tag   hexBytes `json:"tag"`
}

type aegisDB struct {
	Version number `json:"version"`
	Entries list   `json:"entries"`
	Groups  list   `json:"groups"`
}

type aegisGroup struct {
	UUID word `json:"uuid"`
	Name word `json:"name"`
}

type aegisEntry struct {
	Type     word   `json:"type"`
	Name     word   `json:"name"`
	Issuer   word   `json:"issuer"`
	Note     word   `json:"note"`
	Favorite truth  `json:"favorite"`
	Group    word   `json:"group"`  // of version 1, by its name
	Groups   words  `json:"groups"` // from version 2 on, by their ids
	Info     object `json:"info"`
}

type aegisInfo struct {
	Secret  word   `json:"secret"`
	Algo    word   `json:"algo"`
	Digits  number `json:"digits"`
	Period  number `json:"period"`
	Counter number `json:"counter"`
}

// newestAegis is the version of the file and of the database that are known.
const newestAegis, newestAegisDB = 1, 3

func readAegis(ctx context.Context, in Input) (Export, error) {
	var file aegisFile
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	if v := file.Version.value; v > newestAegis {
		return Export{}, fmt.Errorf("%w: it is of version %d, and %d is the newest known", ErrRefused, v, newestAegis)
	}
	plain := []byte(file.DB)
	if sealed, ok := base64Text(file.DB); ok {
		var err error
		if plain, err = openAegis(ctx, in, file.Header, sealed); err != nil {
			return Export{}, err
		}
		defer clear(plain)
	}
	var db aegisDB
	if err := readJSON(plain, &db); err != nil {
		return Export{}, err
	}
	if v := db.Version.value; v > newestAegisDB {
		return Export{}, fmt.Errorf("%w: its database is of version %d, and %d is the newest known", ErrRefused, v, newestAegisDB)
	}
	return db.read()
}

func (db aegisDB) read() (Export, error) {
	var e, none Export
	named := map[string]string{}
	each(&none, db.Groups, func(g aegisGroup) { named[string(g.UUID)] = string(g.Name) })
	each(&e, db.Entries, func(a aegisEntry) {
		tags := []string{string(a.Group)}
		for _, id := range a.Groups {
			tags = append(tags, named[id])
		}
		var info aegisInfo
		_ = json.Unmarshal(a.Info, &info) // what is not there is missed below
		e.take(entry{
			kind: string(a.Type), issuer: string(a.Issuer), label: string(a.Name), secret: string(info.Secret), algorithm: string(info.Algo),
			digits: info.Digits.orUsual(), period: info.Period.orUsual(), counter: info.Counter.counter(),
			tags: tags, pinned: bool(a.Favorite), note: string(a.Note),
		})
	})
	return e.done()
}

func writeAegis(ctx context.Context, out io.Writer, keys []vault.Key, o Output) error {
	db, err := json.Marshal(aegisDatabase(keys))
	if err != nil {
		return err
	}
	defer clear(db)
	file := map[string]any{"version": newestAegis, "header": map[string]any{"slots": nil, "params": nil}, "db": json.RawMessage(db)}
	if o.Password.Len() > 0 {
		if file["header"], file["db"], err = sealAegis(ctx, db, o.Password); err != nil {
			return err
		}
	}
	return writeJSON(out, file)
}

func aegisDatabase(keys []vault.Key) any {
	var tags groupIDs
	entries := make([]any, len(keys))
	for i, k := range keys {
		info := map[string]any{"secret": k.Secret.RevealBase32(), "algo": k.Algorithm, "digits": k.Digits}
		if k.Type == vault.HOTP {
			info["counter"] = k.Counter
		} else {
			info["period"] = k.Period
		}
		ids := []string{}
		for _, tag := range k.Tags {
			ids = append(ids, tags.id(tag))
		}
		entries[i] = map[string]any{
			"type": k.Type, "uuid": uuid.NewString(), "name": heldLabel(k.Account), "issuer": k.Issuer, "note": k.Note,
			"favorite": k.Pinned, "icon": nil, "info": info, "groups": ids,
		}
	}
	named := []any{}
	for _, tag := range tags.names {
		named = append(named, map[string]string{"uuid": tags.id(tag), "name": tag})
	}
	return map[string]any{"version": newestAegisDB, "entries": entries, "groups": named, "icons_optimized": true}
}

// object is any JSON object; anything else is an empty one.
type object json.RawMessage

// UnmarshalJSON takes any value.
func (o *object) UnmarshalJSON(data []byte) error {
	if *o = object("{}"); len(data) > 0 && data[0] == '{' {
		*o = append(object(nil), data...)
	}
	return nil
}

// hexBytes are bytes as hexadecimal digits; what is none is nil.
type hexBytes []byte

// UnmarshalJSON takes any value.
func (h *hexBytes) UnmarshalJSON(data []byte) error {
	var text word
	_ = text.UnmarshalJSON(data)
	*h, _ = hex.DecodeString(string(text))
	return nil
}

// MarshalJSON writes the digits.
func (h hexBytes) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(h)) }

// base64Text is the bytes of a JSON string, not ok when there is none.
func base64Text(raw json.RawMessage) ([]byte, bool) {
	var text string
	if json.Unmarshal(raw, &text) != nil || text == "" {
		return nil, false
	}
	data, _ := base64.StdEncoding.DecodeString(text) // half of it fails to open
	return data, true
}
