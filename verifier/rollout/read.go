package rollout

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

//go:embed *.toml
var named embed.FS

// MaxFile bounds the text of a roll-out, in bytes.
const MaxFile = 256 << 10

var (
	// ErrUnknown is returned for a name that no embedded roll-out has.
	ErrUnknown = errors.New("unknown roll-out")
	// ErrTooLarge is returned for a text of more than MaxFile bytes.
	ErrTooLarge = fmt.Errorf("larger than %d KiB, so no roll-out", MaxFile>>10)
)

// Names lists the embedded roll-outs, sorted.
func Names() []string {
	files, _ := fs.Glob(named, "*.toml") // the pattern is a constant and well-formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".toml")
	}
	return names
}

// Load gives the embedded roll-out called name, or ErrUnknown.
func Load(name string) (Rollout, error) {
	text, err := embedded(name)
	if err != nil {
		return Rollout{}, err
	}
	return Parse(text)
}

// Open gives a roll-out by its name, or by the path of its file: that has a
// slash in it or ends in .toml. See Load and LoadFile for the errors.
func Open(nameOrPath string) (Rollout, error) {
	if isPath(nameOrPath) {
		return LoadFile(nameOrPath)
	}
	return Load(nameOrPath)
}

// LoadFile reads the roll-out in the file at path. A *MistakesError names what
// is wrong in it; ErrTooLarge says that it is more than MaxFile bytes.
func LoadFile(path string) (Rollout, error) {
	text, err := readFile(path)
	if err != nil {
		return Rollout{}, err
	}
	r, err := Parse(text)
	if err != nil {
		return Rollout{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Source gives the text of a roll-out as it stands in its file, comments and
// all, unchecked. nameOrPath is as for Open.
func Source(nameOrPath string) ([]byte, error) {
	if isPath(nameOrPath) {
		return readFile(nameOrPath)
	}
	return embedded(nameOrPath)
}

// Parse reads a roll-out from TOML. Every mistake in it is in the
// *MistakesError: keys it does not know, values that are none, rules that
// contradict each other.
func Parse(text []byte) (Rollout, error) {
	r, _, err := Inspect(text)
	return r, err
}

// Inspect is Parse with warnings: what may be meant so, but has a price.
func Inspect(text []byte) (Rollout, []*FieldError, error) {
	if len(text) > MaxFile {
		return Rollout{}, nil, fmt.Errorf("read roll-out: %w", ErrTooLarge)
	}
	in := newReading(bytes.TrimPrefix(text, []byte("\ufeff"))) // some editors begin every file with it
	r := in.read()
	if !in.broken {
		in.add(r.mistakes(in.has))
	}
	if len(in.mistakes) > 0 {
		return Rollout{}, nil, newMistakes(in.placed(in.mistakes))
	}
	return r, in.placed(r.warnings()), nil
}

// ReadAll reads the text of a roll-out from r, MaxFile bytes at most.
func ReadAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read roll-out: %w", err)
	case len(text) > MaxFile:
		return nil, fmt.Errorf("read roll-out: %w", ErrTooLarge)
	}
	return text, nil
}

func isPath(nameOrPath string) bool {
	return strings.ContainsAny(nameOrPath, `/\`) || strings.HasSuffix(nameOrPath, ".toml")
}

func embedded(name string) ([]byte, error) {
	text, err := named.ReadFile(name + ".toml")
	if err != nil || isPath(name) {
		return nil, fmt.Errorf("%w %q (there are: %s; a file of your own is named by its path, as ./mine.toml)",
			ErrUnknown, name, strings.Join(Names(), ", "))
	}
	return text, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read roll-out: %w", err)
	}
	defer f.Close()
	text, err := ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}
