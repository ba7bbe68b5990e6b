package main

import "twofold/vault/transfer"

const formatsHint = "\"twofold formats\" lists what is read; name it: --format NAME"

// transferWordings are the rows of the table about other programs' files.
var transferWordings = []wording{
	{is: transfer.ErrUnknownFormat, code: exitBadFile, hints: []string{formatsHint, "a picture with a QR code is for: twofold scan FILE"}},
	{is: transfer.ErrNeedsPassword, code: exitBadFile, hints: []string{"run it in a terminal, or put the password into a file that only you can read: --password-file FILE"}},
	{is: transfer.ErrWrongPassword, code: exitBadFile, hints: []string{nothingMoved + "; try again"}},
	{is: transfer.ErrPasswordOrFile, code: exitBadFile, hints: []string{nothingMoved + "; try again, and if it stays so, export once more"}},
	{is: transfer.ErrTooCostly, code: exitBadFile, hints: []string{"was it made by the program it seems to be from? Export once more"}},
	{is: transfer.ErrTooLarge, code: exitBadFile, hints: []string{"export fewer accounts at once"}},
	{is: transfer.ErrNothingInIt, code: exitBadFile, hints: []string{"did the other program export its accounts, and not just its settings?"}},
	{is: transfer.ErrRefused, code: exitBadFile, hints: []string{formatsHint}},
	{is: transfer.ErrBadFile, code: exitBadFile, hints: []string{nothingMoved + "; export once more, or name the format: --format NAME"}},
	{is: errLeftOut, code: exitFailed, hints: []string{"the others are in the vault"}},
	{is: errNothingToUndo, code: exitFailed},
	{is: errUndoAlone, code: exitUsage},
	{is: errNothingToExport, code: exitNotOne, hints: []string{"\"twofold list\" shows the accounts; those in the trash are not exported"}},
	{is: errNotExported, code: exitFailed, hints: []string{"the others are written; another format may hold these: \"twofold formats\""}},
}
