package transfer

import (
	"strings"

	"twofold/vault"
)

// What a format may have no place for, beside the codes: [Loss.What] of an account that is held without it.
const (
	lossTags     = "tags"
	lossMoreTags = "tags after the first"
	lossPin      = "pins"
	lossNote     = "notes"
	lossUse      = "dates and counts of use"
)

// room says which of the things beside the codes a format has a place for.
type room struct {
	tags, oneTag, pin, note, use, trash bool
}

// lacks is what the format loses of an account. One from the trash would come back as any other: it is left out.
func (r room) lacks(a vault.Account) (losses []Loss) {
	lose := func(is bool, what string, whole bool) {
		if is {
			losses = append(losses, Loss{What: what, Whole: whole})
		}
	}
	lose(!r.trash && !a.Removed.IsZero(), "that it is in the trash", true)
	lose(!r.tags && !r.oneTag && len(a.Tags) > 0, lossTags, false)
	lose(!r.tags && r.oneTag && len(a.Tags) > 1, lossMoreTags, false)
	lose(!r.pin && a.Pinned, lossPin, false)
	lose(!r.note && a.Note != "", lossNote, false)
	lose(!r.use && (a.Uses > 0 || !a.LastUsed.IsZero()), lossUse, false)
	return losses
}

// heldLabel is the label to write beside the issuer, so that splitName gives it back: one that begins like an issuer
// gets the real one in front, be it empty.
func heldLabel(a vault.Account) string {
	if issuer, label := splitName(a.Issuer, a.Label); issuer == a.Issuer && label == a.Label {
		return a.Label
	}
	return a.Issuer + ":" + a.Label
}

// upper is how many formats name a type or an algorithm, in capitals.
func upper[T ~string](s T) string { return strings.ToUpper(string(s)) }
