package transfer

// table lists the formats in the order in which a file is held against them: magic bytes before keys of JSON, and what
// has next to no sign of its own last. Each is in the file of its name. A list in which there are also links of Google
// Authenticator is read as a list.
var table = []Format{
	sealed,
	authplus,
	winauth,
	otpclient,
	pass,
	phoneDatabase,
	authy,
	battleNet,
	gauth,
	otpauth,
	google,
	twofold,
	gnome,
	cotp,
	totpcli,
	twofa,
	totpAuthenticator,
	page,
}
