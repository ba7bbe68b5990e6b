package web

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var voidElements = []string{"meta", "link", "input", "img", "br", "hr"}

// outline is what checkStructure gathers of a page.
type outline struct {
	ids, refs, labels []string
	headings          []int
	inputs            []map[string]string
}

// checkStructure parses a page and checks what people with a keyboard or a
// screen reader depend on.
func checkStructure(t *testing.T, page string) {
	t.Helper()
	o := outlineOf(t, page)
	for i, id := range o.ids {
		if slices.Contains(o.ids[:i], id) {
			t.Errorf("id %q is there twice", id)
		}
	}
	for _, ref := range o.refs {
		if !slices.Contains(o.ids, ref) {
			t.Errorf("something refers to id %q, which is not there", ref)
		}
	}
	for i, level := range o.headings {
		if (i == 0) != (level == 1) || i > 0 && level > o.headings[i-1]+1 {
			t.Errorf("headings out of order: %v", o.headings)
			break
		}
	}
	if len(o.headings) == 0 {
		t.Error("there is no heading")
	}
	focused := 0
	for _, input := range o.inputs {
		if _, ok := input["autofocus"]; ok {
			focused++
		}
		if _, unseen := input["hidden"]; unseen || input["type"] == "hidden" {
			continue
		}
		if !slices.Contains(o.labels, input["id"]) {
			t.Errorf("input %q has no label", input["name"])
		}
		if input["type"] != "radio" && input["type"] != "checkbox" && input["autocomplete"] == "" {
			t.Errorf("input %q does not say what may be filled in", input["name"])
		}
		if _, ok := input["maxlength"]; ok {
			t.Errorf("input %q cuts what is pasted", input["name"])
		}
		if input["type"] == "password" && input["value"] != "" || input["autocomplete"] == "one-time-code" && input["value"] != "" {
			t.Errorf("input %q comes back with what was typed", input["name"])
		}
		if input["aria-invalid"] == "true" && !strings.Contains(input["aria-describedby"], "problem-") {
			t.Errorf("input %q is wrong and does not say why", input["name"])
		}
	}
	if focused > 1 {
		t.Errorf("%d inputs want the focus", focused)
	}
}

// outlineOf reads a page with every element closed as it was opened.
func outlineOf(t *testing.T, page string) outline {
	t.Helper()
	if !strings.HasPrefix(page, "<!doctype html>\n<html lang=\"en\">") {
		t.Errorf("the page begins with %.40q", page)
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var o outline
	var open []string
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("parse page: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if !slices.Contains(voidElements, name) {
				open = append(open, name)
			}
			o.element(t, name, token.Attr)
		case xml.EndElement:
			name := token.Name.Local
			if slices.Contains(voidElements, name) || name == "path" && open[len(open)-1] != "path" {
				continue // the decoder closes what ends in />
			}
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
	return o
}

func (o *outline) element(t *testing.T, name string, attributes []xml.Attr) {
	t.Helper()
	have := map[string]string{}
	for _, a := range attributes {
		key, value := a.Name.Local, a.Value
		if _, twice := have[key]; twice {
			t.Errorf("<%s> has %s twice", name, key)
		}
		have[key] = value
		switch {
		case key == "id":
			o.ids = append(o.ids, value)
		case key == "for" || key == "aria-labelledby" || key == "aria-describedby":
			o.refs = append(o.refs, strings.Fields(value)...)
		case key == "href" && strings.HasPrefix(value, "#"):
			o.refs = append(o.refs, value[1:])
		case key == "style" || strings.HasPrefix(key, "on"):
			t.Errorf("<%s> has %s, which the policy forbids", name, key)
		}
	}
	switch {
	case name == "script" || name == "style" || name == "iframe":
		t.Errorf("there is a <%s>", name)
	case name == "label":
		o.labels = append(o.labels, have["for"])
	case name == "input":
		o.inputs = append(o.inputs, have)
	case name == "img":
		if _, ok := have["alt"]; !ok {
			t.Error("a picture has no alt text")
		}
	case name == "form" && have["method"] != "post":
		t.Error("a form is not sent by POST")
	case len(name) == 2 && name[0] == 'h' && name != "hr":
		level, err := strconv.Atoi(name[1:])
		if err == nil {
			o.headings = append(o.headings, level)
		}
	}
}
