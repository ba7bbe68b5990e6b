package rollout

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
)

// reading puts the text of a roll-out into its fields. It goes on after a
// mistake and remembers the line of every key: a decoder stops at the first
// wrong type, and knows no lines afterwards. The parser's interface may change
// with its version, which go.mod pins; the tests here hold all that is used.
type reading struct {
	text     []byte
	parser   unstable.Parser
	breaks   []int          // where lines end
	lines    map[string]int // by path
	mistakes []*FieldError
	tables   map[string]bool // headers seen
	broken   bool            // no TOML from some line on: what follows was not read
}

func newReading(text []byte) *reading {
	in := &reading{text: text, lines: map[string]int{}, tables: map[string]bool{}}
	for i, b := range text {
		if b == '\n' {
			in.breaks = append(in.breaks, i)
		}
	}
	return in
}

// place is where a key leads: a settable value under its path. A value that is
// not valid takes nothing, since a mistake above it was named already.
type place struct {
	path  string
	value reflect.Value
	done  func() // once it is set: a map takes no reference to its values
}

// read gives what the text says, as far as it can be read.
func (in *reading) read() Rollout {
	var r Rollout
	root := place{value: reflect.ValueOf(&r).Elem()}
	table := root
	in.parser.Reset(in.text)
	for in.parser.NextExpression() {
		switch e := in.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = in.header(root, e)
		case unstable.KeyValue:
			in.keyValue(table, e)
		}
	}
	if err := in.parser.Error(); err != nil {
		in.broken = true
		line := 1
		var fault *unstable.ParserError
		if errors.As(err, &fault) {
			line = in.lineOf(in.parser.Range(fault.Highlight).Offset)
		}
		in.mistakes = append(in.mistakes, &FieldError{Line: line, Reason: err.Error()})
	}
	return r
}

// header follows [a.b] or [[a]] from the root.
func (in *reading) header(root place, e *unstable.Node) place {
	at, line := root, 0
	for key := e.Key(); key.Next(); {
		line = in.lineOf(key.Node().Raw.Offset)
		at = in.child(at, string(key.Node().Data), line)
		if list := at.value; list.IsValid() && list.Kind() == reflect.Slice && !key.IsLast() && list.Len() > 0 {
			at = lastOf(at)
		}
	}
	if !at.value.IsValid() {
		return at
	}
	list := at.value.Kind() == reflect.Slice && at.value.Type().Elem().Kind() == reflect.Struct
	table := at.value.Kind() == reflect.Struct || at.value.Kind() == reflect.Map
	switch {
	case !list && !table:
		return in.wrong(at, line, "is no table: write %s = …", at.path)
	case e.Kind == unstable.ArrayTable && list:
		return in.appended(at, line)
	case e.Kind == unstable.ArrayTable:
		return in.wrong(at, line, "is there once: write [%s]", at.path)
	case list:
		return in.wrong(at, line, "is a list: write [[%s]]", at.path)
	case in.tables[at.path]:
		return in.wrong(at, line, "is there twice")
	}
	in.tables[at.path] = true
	in.lines[at.path] = line
	return at
}

// longestList bounds every list of a roll-out.
const longestList = 100

// appended adds an element to a list.
func (in *reading) appended(list place, line int) place {
	if n := list.value.Len(); n >= longestList {
		if !in.mistaken(list.path) {
			in.wrong(list, line, "has more than %d entries", longestList)
		}
		return place{path: list.path}
	}
	list.value.Set(reflect.Append(list.value, reflect.Zero(list.value.Type().Elem())))
	at := lastOf(list)
	in.lines[at.path] = line
	return at
}

func lastOf(list place) place {
	n := list.value.Len()
	return place{path: fmt.Sprintf("%s[%d]", list.path, n), value: list.value.Index(n - 1)}
}

func (in *reading) keyValue(at place, e *unstable.Node) {
	line := 0
	for key := e.Key(); key.Next(); {
		line = in.lineOf(key.Node().Raw.Offset)
		at = in.child(at, string(key.Node().Data), line)
	}
	if !at.value.IsValid() {
		return
	}
	if before, twice := in.lines[at.path]; twice {
		in.wrong(at, line, "is there twice, first on line %d", before)
		return
	}
	in.lines[at.path] = line
	known := len(in.mistakes)
	in.set(at, e.Value(), line)
	if at.done != nil && len(in.mistakes) == known {
		at.done()
	}
}

// child goes one key down.
func (in *reading) child(at place, key string, line int) place {
	path := key
	if at.path != "" {
		path = at.path + "." + key
	}
	var known []string
	if at.value.IsValid() && at.value.Kind() == reflect.Struct {
		for i := range at.value.NumField() {
			name := at.value.Type().Field(i).Tag.Get("toml")
			if name == key {
				return place{path: path, value: at.value.Field(i)}
			}
			known = append(known, name)
		}
	}
	if at.value.IsValid() && at.value.Kind() == reflect.Map {
		if at.value.IsNil() {
			at.value.Set(reflect.MakeMap(at.value.Type()))
		}
		text := reflect.New(at.value.Type().Elem()).Elem()
		return place{path: path, value: text, done: func() { at.value.SetMapIndex(reflect.ValueOf(key), text) }}
	}
	none := place{path: path}
	if at.value.IsValid() {
		return in.wrong(none, line, "unknown key%s", near(key, known))
	}
	return none
}

// mostMistakes bounds what is said of a text that is something else altogether.
const mostMistakes = 200

func (in *reading) wrong(at place, line int, reason string, args ...any) place {
	if len(in.mistakes) >= mostMistakes {
		return place{path: at.path}
	}
	in.mistakes = append(in.mistakes, &FieldError{Field: at.path, Line: line, Reason: fmt.Sprintf(reason, args...)})
	return place{path: at.path}
}

var durationType = reflect.TypeFor[Duration]()

// set puts the value that node writes into its place.
func (in *reading) set(at place, node *unstable.Node, line int) {
	target := at.value
	isText := node.Kind == unstable.String
	switch {
	case target.Type() == durationType:
		d, err := time.ParseDuration(string(node.Data))
		if !isText || err != nil {
			in.wrong(at, line, `%s is not a time like "30s", "10m" or "12h"`, quoted(node))
			return
		}
		target.SetInt(int64(d))
	case target.Kind() == reflect.String:
		if !isText {
			in.wrong(at, line, "wants text in quotes")
			return
		}
		target.SetString(string(node.Data))
	case target.Kind() == reflect.Bool:
		if node.Kind != unstable.Bool {
			in.wrong(at, line, "wants true or false, without quotes")
			return
		}
		target.SetBool(string(node.Data) == "true")
	case target.Kind() == reflect.Int:
		n, err := strconv.ParseInt(string(node.Data), 0, 32)
		if node.Kind != unstable.Integer || err != nil {
			in.wrong(at, line, "wants a whole number, without quotes")
			return
		}
		target.SetInt(n)
	case target.Kind() == reflect.Slice:
		in.setList(at, node, line)
	default:
		in.setTable(at, node, line)
	}
}

func (in *reading) setList(list place, node *unstable.Node, line int) {
	if node.Kind != unstable.Array {
		in.wrong(list, line, "wants a list in brackets")
		return
	}
	for items := node.Children(); items.Next(); {
		item := items.Node()
		at := line
		if item.Raw.Length > 0 {
			at = in.lineOf(item.Raw.Offset)
		}
		if element := in.appended(list, at); element.value.IsValid() {
			in.set(element, item, at)
		}
	}
}

func (in *reading) setTable(at place, node *unstable.Node, line int) {
	if node.Kind != unstable.InlineTable {
		in.wrong(at, line, "wants a table")
		return
	}
	for pairs := node.Children(); pairs.Next(); {
		if pairs.Node().Kind == unstable.KeyValue {
			in.keyValue(at, pairs.Node())
		}
	}
}

// quoted is a value as the file has it, cut to be read.
func quoted(node *unstable.Node) string {
	const longest = 40
	text := string(node.Data)
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	if node.Kind == unstable.String {
		return strconv.Quote(text)
	}
	return strings.ToValidUTF8(text, "?")
}
