package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Level says how a finding is meant.
type Level string

// The levels of a finding.
const (
	LevelOK      Level = "ok"
	LevelNote    Level = "note"    // worth knowing, nothing is wrong
	LevelProblem Level = "problem" // something is wrong
)

// Finding is one thing that was looked at.
type Finding struct {
	Check string // permissions, header, move, keyring, key, list, accounts, orphans, copies, history
	Level Level
	Says  string
	// Mend is what mending would do, in words; empty where nothing can be done
	// from here. Advice is what a person can do then.
	Mend   string
	Advice string
	// Err is the error behind a problem, nil where there is none.
	Err error

	mend func(context.Context) error
}

// Examination is what was found out about a vault.
type Examination struct {
	Dir      string
	Kind     Kind
	Exists   bool
	Findings []Finding
}

// Clean is true when nothing is wrong.
func (x *Examination) Clean() bool {
	for _, f := range x.Findings {
		if f.Level == LevelProblem {
			return false
		}
	}
	return true
}

// Examine looks at every part of a vault and changes nothing. It holds the
// vault's lock meanwhile. progress is told of the secrets that are looked at.
// Errors: those of asking (the passphrase, ctx); what is wrong with the vault
// is in the findings.
func Examine(ctx context.Context, o Options, progress Progress) (*Examination, error) {
	v, err := unopened(o)
	if err != nil {
		return nil, fmt.Errorf("examine vault: %w", err)
	}
	x := newExaminer(v, o.Kind, progress)
	defer x.close()
	if err := x.run(ctx); err != nil {
		return nil, fmt.Errorf("examine vault: %w", err)
	}
	return &x.Examination, nil
}

// mendRounds bounds how often Mend looks again: what is mended can bring up
// what could not be seen before.
const mendRounds = 6

// Mend examines a vault and does what its findings would do, until nothing more
// can be done. mended is told each thing before it is done. It gives the last
// examination.
func Mend(ctx context.Context, o Options, progress Progress, mended func(Finding)) (*Examination, error) {
	x, err := mend(ctx, func() (*examiner, error) {
		v, err := unopened(o)
		if err != nil {
			return nil, err
		}
		return newExaminer(v, o.Kind, progress), nil
	}, mended)
	if err != nil {
		return nil, fmt.Errorf("mend vault: %w", err)
	}
	return &x.Examination, nil
}

func mend(ctx context.Context, anew func() (*examiner, error), mended func(Finding)) (*examiner, error) {
	tried := map[string]bool{} // what did not help is not done again
	for round := 0; ; round++ {
		x, err := anew()
		if err != nil {
			return nil, err
		}
		done, err := x.mendOnce(ctx, mended, tried, round < mendRounds)
		x.close()
		if err != nil || !done {
			return x, err
		}
	}
}

func (x *examiner) mendOnce(ctx context.Context, mended func(Finding), tried map[string]bool, may bool) (done bool, err error) {
	if err := x.run(ctx); err != nil || !may {
		return false, err
	}
	for _, f := range x.Findings {
		what := f.Says + "\n" + f.Mend
		if f.mend == nil || tried[what] {
			continue
		}
		tried[what] = true
		mended(f)
		if err := f.mend(ctx); err != nil {
			return done, fmt.Errorf("%s: %w", f.Mend, err)
		}
		done = true
	}
	return done, nil
}

// examiner looks at one vault, part by part; each part can be looked at when
// those before it can be read.
type examiner struct {
	Examination
	v        *Vault
	progress Progress
	document *document // when it opens
	failed   error     // of asking
}

func newExaminer(v *Vault, kind Kind, progress Progress) *examiner {
	return &examiner{Examination: Examination{Dir: v.dir, Kind: kind}, v: v, progress: counted(progress)}
}

func (x *examiner) close() {
	if x.document != nil {
		x.document.forget()
	}
	_ = x.v.Close()
}

func (x *examiner) add(f Finding) {
	if f.Level == "" {
		f.Level = LevelOK
		if f.Err != nil {
			f.Level = LevelProblem
		}
	}
	x.Findings = append(x.Findings, f)
}

// run does the checks in their order until one keeps the next from being done.
func (x *examiner) run(ctx context.Context) error {
	if _, err := os.Stat(x.Dir); errors.Is(err, fs.ErrNotExist) {
		return x.absent(ctx)
	} else if err != nil {
		return err
	}
	if !x.permissions() {
		return nil
	}
	unlock, err := x.v.files.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	x.leftovers()
	for _, check := range []func(context.Context) bool{
		x.header, x.keyring, x.unlocked, x.list, x.unfinished, x.accounts, x.orphans, x.copies, x.history,
	} {
		if !check(ctx) {
			break
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return x.failed
}

// absent is where no folder is: a vault whose folder is gone may have left its
// key behind.
func (x *examiner) absent(ctx context.Context) error {
	s, _ := look(ctx, x.v.files, x.v.items, x.Dir, x.Kind)
	x.Kind = s.Kind
	switch {
	case errors.Is(s.Err, ErrIndexMissing):
		x.add(Finding{Check: "list", Says: s.Err.Error(), Err: s.Err, Advice: adviceRebuild})
	case s.Err != nil:
		x.add(Finding{Check: "keyring", Says: s.Err.Error(), Err: s.Err, Level: LevelNote})
	default:
		x.add(Finding{Check: "header", Level: LevelNote, Says: "there is no vault yet; the first account makes it"})
	}
	return ctx.Err()
}

const (
	adviceRebuild = "make the list anew from the keyring: twofold vault doctor --rebuild"
	adviceRestore = "bring it back from a backup: twofold vault restore FILE"
)
