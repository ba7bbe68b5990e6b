package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// scanFlags say where to look, and what to do with what is found.
type scanFlags struct {
	raw, json, yes    bool
	screen, clipboard bool
	debug             string // a file
}

func (a *app) scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [IMAGE|DIR|-]...",
		Short: "Read QR codes in pictures, on the screen or in the clipboard, and add what they enroll",
		Long: `Read every QR code in pictures, on the screen or in the clipboard, and add what
they enroll.

PNG, JPEG, GIF (all frames), WebP, BMP and TIFF are read, and PDF where pdftoppm
is installed. Of a folder the pictures directly in it are read; - is standard
input: a picture, the text of a data: address, or links.

An export of Google Authenticator may have several codes: name all its pictures
at once, in any order. Where one is missing, the accounts of the others are
added, the missing part is named, and the exit code is 1.

It asks before it adds, on the terminal, also when a picture comes through a pipe. In
a script, where no stream is a terminal, it adds without a question.`,
		Example: `  twofold scan screenshot.png
  twofold scan --screen             look at every monitor
  twofold scan --clipboard          a picture or a link in the clipboard
  twofold scan part1.png part2.png  an export of Google Authenticator
  twofold scan --raw photo.jpg      print the texts, touch no vault
  twofold scan --debug out.png photo.jpg
                                    why is it not read? shows what was looked at`,
		Args: f.check,
		RunE: func(cmd *cobra.Command, args []string) error {
			unhurried() // pictures are large
			return a.scan(cmd.Context(), args, f)
		},
	}
	cmd.Flags().BoolVar(&f.raw, "raw", false, "print the texts, one a line, and touch no vault")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON document")
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask before adding")
	cmd.Flags().BoolVar(&f.screen, "screen", false, "look at what every monitor shows")
	cmd.Flags().BoolVar(&f.clipboard, "clipboard", false, "look at the picture or link in the clipboard")
	cmd.Flags().StringVar(&f.debug, "debug", "", "write what was found where in one picture as a new picture `FILE`, and touch no vault")
	return cmd
}

func (f *scanFlags) check(cmd *cobra.Command, args []string) error {
	if err := refuseSecrets(args); err != nil {
		return err
	}
	if len(args) == 0 && !f.screen && !f.clipboard {
		return fmt.Errorf("%q needs a picture, a folder, or - for standard input; or --screen, or --clipboard", cmd.CommandPath())
	}
	return nil
}

// scan looks everywhere, then shows, asks and adds.
func (a *app) scan(ctx context.Context, args []string, f scanFlags) error {
	if f.debug != "" {
		return a.debug(ctx, args, f)
	}
	found, skipped, err := a.lookAround(ctx, args, f)
	if err != nil {
		return err
	}
	if f.raw {
		return errors.Join(a.printTexts(found, f.json), skipped)
	}
	return errors.Join(a.addScanned(ctx, found, f), skipped)
}

// printTexts is --raw.
func (a *app) printTexts(found []scanned, asJSON bool) error {
	if asJSON {
		texts := make([]scannedText, 0, len(found))
		for _, s := range found {
			texts = append(texts, s.document())
		}
		return a.writeJSON(texts)
	}
	// A pipe gets every byte; a terminal gets nothing that it would obey.
	show := func(text string) string { return text }
	if _, ok := terminal(a.Out); ok {
		show = printable
	}
	for _, s := range found {
		if _, err := fmt.Fprintln(a.Out, show(s.code.Text)); err != nil {
			return err
		}
	}
	return nil
}

// scannedText is one code in the document of "scan --raw --json". The place is in the pixels of the picture, the page
// or the frame; a text out of the clipboard has none.
type scannedText struct {
	Source string `json:"source"`
	Page   int    `json:"page,omitempty"`
	Frame  int    `json:"frame,omitempty"`
	Text   string `json:"text"`
	Place  *place `json:"place,omitempty"`
}

type place struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

func (s scanned) document() scannedText {
	out := scannedText{Source: s.source, Page: s.code.Page, Frame: s.code.Frame, Text: s.code.Text}
	if b := s.code.Bounds; !b.Empty() {
		at := b.Min.Sub(s.code.Picture.Min)
		out.Place = &place{at.X, at.Y, b.Dx(), b.Dy()}
	}
	return out
}
