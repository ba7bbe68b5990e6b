// Package vault keeps the accounts of a person: whom they log in to, and the
// shared secret each one-time code is computed from.
//
// It promises that a change it has reported survives a crash, that a secret
// leaves only through a function called Reveal, that two processes may use one
// vault at once, and that a keyring which is away, locked or missing is said to
// be just that and never mistaken for an empty vault.
//
// There are two kinds. A keyring vault keeps each secret as one item of the
// operating system's keyring, and an index without secrets in a sealed file. A
// file vault keeps everything in one sealed file under a passphrase. Both files
// are in the format of age (age-encryption.org/v1), so that other programs can
// open them.
//
// It leaves to others: pictures (package qr), the formats of other programs,
// and what to say to a person; errors here are told apart by name.
package vault
