package transfer

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// totpcli is what `totp-cli dump` prints: YAML with accounts in namespaces, which become tags. Its store is the same
// in a file of age.
var totpcli = Format{
	Name: "totp-cli", Title: "totp-cli", Files: "YAML of totp-cli dump, or its store",
	Is: isTotpcli,
	Read: func(ctx context.Context, in Input) (Export, error) {
		if isAge(in.Data) {
			return readAge(ctx, in)
		}
		return readTotpcli(in.Data)
	},
}

const (
	maxYAML      = 16 << 20 // bytes
	maxYAMLNodes = 10 * maxEntries
)

func isTotpcli(p *Probe) bool {
	data := withoutBOM(bytes.TrimPrefix(withoutBOM(p.Data), []byte("---")))
	return bytes.HasPrefix(data, []byte("- ")) && bytes.Contains(data, []byte("accounts:")) && bytes.Contains(data, []byte("token:"))
}

func readTotpcli(data []byte) (Export, error) {
	top, err := readYAML(data)
	if err != nil {
		return Export{}, err
	}
	if top.Kind != yaml.SequenceNode {
		return Export{}, fmt.Errorf("%w: it is no list of namespaces", ErrBadFile)
	}
	var e Export
	for _, namespace := range top.Content {
		tag := yamlText(namespace, "name")
		accounts := yamlField(namespace, "accounts")
		if accounts == nil {
			continue
		}
		for _, a := range accounts.Content {
			e.take(entry{
				label: yamlText(a, "name"), secret: yamlText(a, "token"), algorithm: yamlText(a, "algorithm"),
				digits: yamlNumber(a, "length"), period: yamlNumber(a, "time_period"), tags: []string{tag}, note: prefixNote(yamlText(a, "prefix")),
			})
		}
	}
	return e.done()
}

// prefixNote says that there is a prefix, which may be a password and so is not repeated.
func prefixNote(prefix string) string {
	if prefix == "" {
		return ""
	}
	return "totp-cli typed a prefix in front of the codes"
}

// readYAML parses a document within bounds. There are no aliases in it, with which little text can become much.
func readYAML(data []byte) (*yaml.Node, error) {
	if len(data) > maxYAML {
		return nil, fmt.Errorf("%w: it is YAML of %d MiB, at most %d are read", ErrTooLarge, len(data)>>20, maxYAML>>20)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil || document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, fmt.Errorf("%w: it is not the YAML that it should be", ErrBadFile) // the cause quotes values
	}
	left := maxYAMLNodes
	if !plainYAML(&document, 0, &left) {
		return nil, fmt.Errorf("%w: its YAML has aliases, or too much in it", ErrBadFile)
	}
	return document.Content[0], nil
}

func plainYAML(n *yaml.Node, depth int, left *int) bool {
	if *left--; *left < 0 || depth > maxDepth || n.Kind == yaml.AliasNode {
		return false
	}
	for _, c := range n.Content {
		if !plainYAML(c, depth+1, left) {
			return false
		}
	}
	return true
}

func yamlField(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// yamlText is a text as it is written: a key of digits is no number.
func yamlText(n *yaml.Node, name string) string {
	if f := yamlField(n, name); f != nil && f.Kind == yaml.ScalarNode && f.Tag != "!!null" {
		return f.Value
	}
	return ""
}

// yamlNumber is a number, of which 0 and none mean the usual.
func yamlNumber(n *yaml.Node, name string) int {
	text := yamlText(n, name)
	if text == "" {
		return 0
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return -1
	}
	return number
}
