// Package transfer reads what other authenticators export, one file a format, and says of any other text what it is.
//
// It promises that an entry which cannot be taken is named and set aside while the rest is read, that hostile input
// ends in an error within bounded work, and that neither an error nor anything else it prints repeats a secret. It
// leaves to vault what is done with the accounts, and to qr how a picture becomes a text.
package transfer
