package vault

// Key is an account together with its secret: what a key URI carries.
type Key struct {
	Account
	Secret Secret
}

// Validate says what keeps the key from giving codes: ErrEmptySecret or a
// *ParameterError.
func (k Key) Validate() error {
	if k.Secret.Len() == 0 {
		return ErrEmptySecret
	}
	return k.validate()
}

// KeyURIError says which part of a key URI is not as it must be. It never
// quotes the secret.
type KeyURIError struct {
	Part   string
	Reason string
}

func (e *KeyURIError) Error() string { return "key URI: " + e.Part + " " + e.Reason }

// ParseKeyURI reads an otpauth:// text.
func ParseKeyURI(text string) (Key, error) {
	return Key{}, &KeyURIError{Part: "scheme", Reason: "is not read yet"}
}

// RevealURI writes the otpauth:// text.
func (k Key) RevealURI() string { return "" }
