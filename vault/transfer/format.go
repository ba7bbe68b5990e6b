package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"twofold/vault"
)

// Format is one way in which accounts travel between programs. A new one is a file with such a value, a line in the
// table, and its cases.
type Format struct {
	Name  string // for --format, such as "aegis"; never changes
	Title string // for people, such as "Aegis"
	// Files says what to look for, such as "JSON, encrypted or not".
	Files string
	// Is tells the format by the content alone. What was probed is shared, so that the content is parsed once.
	// It is nil where nothing tells: such a format is read by its name alone.
	Is func(p *Probe) bool
	// Read reads the accounts; nil where the format is only written.
	Read func(ctx context.Context, in Input) (Export, error)
	// Refused says that of what Is recognizes nothing is read: Read says what to do instead.
	Refused bool
	// Write writes accounts that Lacks has nothing against; nil where the format is only read.
	Write func(ctx context.Context, out io.Writer, keys []vault.Key, o Output) error
	// Lacks says what the format would lose of an account; nil where it holds all.
	Lacks func(a vault.Account) []Loss
	// Locked says whether what Write makes is encrypted: always, never, or when there is a password.
	Locked Lock
}

// Lock says when a written file is encrypted.
type Lock int

// Whether a format that is written is encrypted.
const (
	NeverLocked  Lock = iota // anyone who has the file has the accounts
	MayBeLocked              // when there is a password
	AlwaysLocked             // there must be a password
)

// Loss is something of an account that a format cannot hold.
type Loss struct {
	What  string // "SHA512", "tags"
	Whole bool   // the account is useless without it, and left out
}

// Input is a file to be read.
type Input struct {
	Data []byte // of which nothing is kept
	// Password asks for the file's password. It is called as often as the format has passwords to try, again is true
	// after a wrong one; nil or an error where there is none. The reader clears what it is given.
	Password func(ctx context.Context, again bool) (vault.Secret, error)
	// Progress hears what takes long, such as "deriving the key, 1 GiB of memory"; never nil in Read.
	Progress func(doing string)
}

// Output is what a writer may need.
type Output struct {
	Password vault.Secret // empty for a file in the clear
	Program  string       // and its version, for formats that name the program that wrote them
	Made     time.Time    // when, for formats that say it; zero where it is not to be said
	// Draw makes a QR code of a text, as the SVG that stands in an HTML page; for formats with pictures.
	Draw func(text string) (svg []byte, err error)
}

// Export is what was read.
type Export struct {
	Keys  []vault.Key
	Aside []Aside // entries that cannot be taken, in the order of the file
	// Parts is what is missing of an export in parts, for a person; empty when nothing is.
	Parts []string
}

// Bounds on what is read.
const (
	MaxFile    = 100 << 20 // bytes
	maxEntries = 100_000
)

// Errors that a reader ends with, found by errors.Is. What is wrong with one entry is in Export.Aside.
var (
	ErrUnknownFormat  = errors.New("this is no export that is known here")
	ErrWrongPassword  = errors.New("the password is wrong")
	ErrPasswordOrFile = errors.New("the password is wrong, or the file is damaged") // where the format cannot tell
	ErrNeedsPassword  = errors.New("the file is encrypted, and needs its password")
	ErrBadFile        = errors.New("the file is damaged, or not what it seems")
	ErrTooLarge       = errors.New("the file is too large")
	ErrTooCostly      = errors.New("the file asks for more work than is done for one")
	ErrRefused        = errors.New("this file cannot be read")
	ErrNothingInIt    = errors.New("no account is in it")
)

// Formats is the table: what is read is tried in this order, the surest signs first.
func Formats() []Format { return slices.Clone(table) }

// Find gives a format by its name.
func Find(name string) (Format, bool) {
	i := slices.IndexFunc(table, func(f Format) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return Format{}, false
	}
	return table[i], true
}

// Recognize tells the format of a file by its content. The error is [ErrUnknownFormat].
func Recognize(data []byte) (Format, error) {
	p := &Probe{Data: utf8Text(data)}
	for _, f := range table {
		if f.Is != nil && f.Read != nil && f.Is(p) {
			return f, nil
		}
	}
	return Format{}, ErrUnknownFormat
}

// Open reads a file in a format. It bounds what a reader sees, and turns a panic into [ErrBadFile].
func (f Format) Open(ctx context.Context, in Input) (e Export, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, err = Export{}, fmt.Errorf("%w: the reader stopped", ErrBadFile) // what it stopped at may quote a secret
		}
	}()
	switch {
	case f.Read == nil:
		return Export{}, fmt.Errorf("%w: %s is only written", ErrRefused, f.Title)
	case len(in.Data) > MaxFile:
		return Export{}, fmt.Errorf("%w: it has %d MiB, at most %d are read", ErrTooLarge, len(in.Data)>>20, MaxFile>>20)
	case len(bytes.TrimSpace(in.Data)) == 0:
		return Export{}, fmt.Errorf("%w: it is empty", ErrNothingInIt)
	}
	if in.Progress == nil {
		in.Progress = func(string) {}
	}
	if in.Password == nil {
		in.Password = func(context.Context, bool) (vault.Secret, error) { return vault.Secret{}, ErrNeedsPassword }
	}
	in.Data = utf8Text(in.Data)
	return f.Read(ctx, in)
}

// Sort parts accounts into those that the format holds, and those that it cannot, which come as Aside with the
// reason. What it loses of the former is in losses, each once.
func (f Format) Sort(keys []vault.Key) (held []vault.Key, left []Aside, losses []string) {
	for i, k := range keys {
		var whole []string
		if f.Lacks != nil {
			for _, l := range f.Lacks(k.Account) {
				switch {
				case l.Whole:
					whole = append(whole, l.What)
				case !slices.Contains(losses, l.What):
					losses = append(losses, l.What)
				}
			}
		}
		if len(whole) > 0 {
			left = append(left, Aside{Entry: i + 1, Name: k.Name(), Reason: f.Title + " cannot hold " + strings.Join(whole, ", ")})
			continue
		}
		held = append(held, k)
	}
	return held, left, losses
}
