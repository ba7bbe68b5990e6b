// Package qr turns pictures into the texts of the QR codes in them, and texts into QR codes.
//
// It promises three things. Whatever bytes it is given, it answers within bounded memory and a
// bounded amount of work, with an error and never with a panic. What it reports as read passed
// the code's own error correction (ISO/IEC 18004, 8.5), so there are no guesses among the results.
// And what [Encode] draws, in any of its forms, [Decode] reads back to the same text.
//
// It leaves to others what a text means (it knows nothing of accounts or one-time passwords) and
// where a picture comes from: files, clipboard and screen are the callers' business.
package qr
