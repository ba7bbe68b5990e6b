package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"twofold/qr"
	"twofold/vault"
)

func (a *app) scanCommand() *cobra.Command {
	var raw, asJSON, yes bool
	cmd := &cobra.Command{
		Use:   "scan IMAGE|DIR|-...",
		Short: "Read the QR codes in pictures and add what they enroll",
		Example: `  twofold scan screenshot.png
  wl-paste -t image/png | twofold scan -
  twofold scan --raw photo.jpg      print the texts, touch no vault`,
		Args: needPicture,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, skipped, err := a.readPictures(args)
			if err != nil {
				return err
			}
			if raw {
				return errors.Join(a.printTexts(found, asJSON), skipped)
			}
			return errors.Join(a.addScanned(cmd.Context(), found, yes, asJSON), skipped)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print the texts, one a line, and touch no vault")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask before adding")
	return cmd
}

func needPicture(cmd *cobra.Command, args []string) error {
	if err := refuseSecrets(args); err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("%q needs a picture, a folder, or - for standard input", cmd.CommandPath())
	}
	return nil
}

// scannedText is one code in one picture.
type scannedText struct {
	source string
	result qr.Result
}

// errPicturesSkipped ends a scan that read some of the pictures named, and not all.
var errPicturesSkipped = errors.New("not every picture could be read")

// readPictures decodes every picture that the arguments name. One that cannot be read is named and skipped when
// others were read; skipped is then an error if it was named itself, and not just lay in a folder.
func (a *app) readPictures(args []string) (found []scannedText, skipped, err error) {
	sources, err := picturePaths(args)
	if err != nil {
		return nil, nil, err
	}
	var failed []error
	for _, source := range sources {
		results, err := a.readPicture(source)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", printable(source), err))
			if slices.Contains(args, source) {
				skipped = errPicturesSkipped
			}
			continue
		}
		for _, r := range results {
			found = append(found, scannedText{source, r})
		}
	}
	if len(found) == 0 && len(failed) == 0 {
		return nil, nil, fmt.Errorf("%s: %w", printable(filterOf(args)), errNoPictures)
	}
	if len(found) == 0 {
		return nil, nil, errors.Join(failed...)
	}
	for _, err := range failed {
		fmt.Fprintf(a.Err, "skipped: %v\n", err)
	}
	return found, skipped, nil
}

var errNoPictures = errors.New("no picture is in this folder")

// picturePaths replaces folders by the pictures directly in them.
func picturePaths(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && isPictureName(entry.Name()) {
				paths = append(paths, filepath.Join(arg, entry.Name()))
			}
		}
	}
	return paths, nil
}

func isPictureName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp":
		return true
	}
	return false
}

func (a *app) readPicture(source string) ([]qr.Result, error) {
	in := a.In
	if source != "-" {
		f, err := os.Open(source)
		if err != nil {
			return nil, errors.Unwrap(err)
		}
		defer f.Close()
		in = f
	}
	return qr.DecodeReader(in)
}

func (a *app) printTexts(found []scannedText, asJSON bool) error {
	if asJSON {
		type text struct {
			Source string `json:"source"`
			Text   string `json:"text"`
		}
		texts := make([]text, 0, len(found))
		for _, f := range found {
			texts = append(texts, text{f.source, f.result.Text})
		}
		return a.writeJSON(texts)
	}
	// A pipe gets every byte; a terminal gets nothing that it would obey.
	show := func(text string) string { return text }
	if _, ok := terminal(a.Out); ok {
		show = printable
	}
	for _, f := range found {
		if _, err := fmt.Fprintln(a.Out, show(f.result.Text)); err != nil {
			return err
		}
	}
	return nil
}

// addScanned parses what was found, shows it, asks, and adds it.
func (a *app) addScanned(ctx context.Context, found []scannedText, yes, asJSON bool) error {
	var keys []vault.Key
	var refused []error
	for _, f := range found {
		key, err := vault.ParseKeyURI(f.result.Text)
		if err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", printable(f.source), noEnrollment(f.result.Text, err)))
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return errors.Join(refused...)
	}
	for _, err := range refused {
		fmt.Fprintf(a.Err, "skipped: %v\n", err)
	}
	return a.addKeys(ctx, keys, yes, asJSON)
}

var errNoEnrollment = errors.New("this code is no enrollment")

// noEnrollment says of what kind a code is that enrolls nothing. Its text is not repeated: it may be a secret.
func noEnrollment(text string, cause error) error {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "otpauth-migration:"):
		return fmt.Errorf("%w but a Google Authenticator export; this version reads single enrollments only", errNoEnrollment)
	case strings.HasPrefix(lower, "otpauth:"):
		return cause
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return fmt.Errorf("%w but a link to a web page", errNoEnrollment)
	default:
		return errNoEnrollment
	}
}
