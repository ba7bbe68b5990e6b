package main

import (
	"errors"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/vault/transfer"
)

const picturesHint = "PNG, JPEG, GIF, WebP, BMP and TIFF pictures are read, and PDF"

// scanWordings are the rows of the table about pictures and what is in them. They come after the others: where a vault
// cannot be opened, that counts. errPicturesSkipped stands last, since it comes joined to others.
var scanWordings = []wording{
	{is: errNoPictures, code: exitNoCode, hints: []string{picturesHint}},
	{is: errPictureInArguments, code: exitUsage, hints: []string{"copy it, and pipe it in: wl-paste | twofold scan -, or look at the clipboard: twofold scan --clipboard"}},
	{is: errWebPicture, code: exitUsage, hints: []string{"save it in the browser, then: twofold scan FILE", "or open the page, and look at the screen: twofold scan --screen"}},
	{is: errEntriesAside, code: exitFailed, hints: []string{"the others were read; add these by hand: ask the page that gave each for a new code"}},
	{is: errPartsMissing, code: exitFailed, hints: []string{
		"scan all parts at once, in any order: twofold scan PART1 PART2 ...", "what is in the vault already is not added twice",
	}},
	{is: errIsExport, code: exitBadFile, hints: []string{"hand it to the command that reads all its accounts: wl-paste | twofold scan -"}},
	{is: transfer.ErrGoogle, code: exitBadFile, hints: []string{"make the export anew, and scan its code instead of copying its text"}},
	{is: errNotTaken, code: exitFailed, hints: []string{"the others are in the vault"}},
	{is: capture.ErrNoPoppler, code: exitFailed, hints: []string{
		"install poppler-utils (Debian, Ubuntu, Fedora) or poppler (Arch, Homebrew)", "or open it and look at the screen: twofold scan --screen",
	}},
	{is: capture.ErrBadPDF, code: exitBadFile, hints: []string{"open it and look at the screen: twofold scan --screen"}},
	{is: capture.ErrDataURL, code: exitBadFile, hints: []string{"open the page and look at the screen: twofold scan --screen"}},
	{is: capture.ErrRefused, code: exitFailed, hints: []string{"try again and allow it, or save a screenshot: twofold scan FILE"}},
	{is: errClipboardEmpty, code: exitNoCode, hints: []string{"copy the picture with the code, or the link that begins with otpauth://"}},
	{is: errNoCodeInText, code: exitNoCode, hints: []string{"copy the picture with the code, or the link that begins with otpauth://"}},
	{is: qr.ErrNoCode, code: exitNoCode, hints: []string{
		"the whole code with the white around it must be in the picture: sharp, not cropped, and larger is better",
		"a screenshot reads better than a photo; or let twofold look at the screen: twofold scan --screen",
		"or type the key that the page shows: twofold add",
	}},
	{is: qr.ErrNotAPicture, code: exitBadFile, hints: []string{picturesHint, "of anything else take a screenshot, or: twofold scan --screen"}},
	{is: qr.ErrTooLarge, code: exitBadFile, hints: []string{"crop the picture to the code"}},
	{is: errNoEnrollment, code: exitBadFile, hints: []string{"--raw prints what the code says"}},
	{is: errPicturesSkipped, code: exitFailed},
}

// unavailableOutcome words what keeps the screen or the clipboard from being read.
func unavailableOutcome(err error) (outcome, bool) {
	var away *capture.Unavailable
	if !errors.As(err, &away) {
		return outcome{}, false
	}
	return outcome{exitFailed, err.Error(), away.Instead}, true
}
