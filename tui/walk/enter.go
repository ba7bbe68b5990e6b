package walk

import (
	"context"

	"twofold/vault"
	"twofold/verifier/api"
)

// enter makes an account, the way the roll-out has it: people sign up, or an
// administrator invites them.
func (w *Walk) enter(ctx context.Context) error {
	event := "sign_up"
	var f api.Flow
	var err error
	if w.signUpAllowed {
		w.crosses(You, Verifier, "%s, a password", w.opts.Email)
		f, err = w.client.SignUp(ctx, api.SignUpRequest{Email: w.opts.Email, Password: w.opts.Password})
	} else {
		event = "password_changed"
		f, err = w.invited(ctx)
	}
	if err != nil {
		return err
	}
	if _, err := w.event(ctx, event); err != nil {
		return err
	}
	w.flow, w.session = f.ID, f.Next.Session
	if w.signUpAllowed {
		w.says(Verifier, "account made")
	}
	switch {
	case w.required && (f.Next.Step == "done" || w.session != "" || f.Next.CanSkip()):
		return broken("the second step should be required, and was not asked for")
	case f.Next.Step == "done" && w.session != "":
		w.says(Verifier, "no second step asked for yet")
		w.crosses(Verifier, You, "a session")
	case f.Next.Step == "done" || w.session != "":
		return broken("a session and the end of the flow should come together")
	case f.Next.CanSkip():
		w.says(Verifier, "second step may be skipped")
	default:
		w.says(Verifier, "second step required")
		w.says(Verifier, "no session yet")
	}
	return nil
}

// invited is made an account by an administrator, signs in with the temporary
// password from the mail, and chooses another.
func (w *Walk) invited(ctx context.Context) (api.Flow, error) {
	if _, err := w.client.AddUser(ctx, api.NewUser{Email: w.opts.Email, Temporary: true}); err != nil {
		return api.Flow{}, err
	}
	w.says(Verifier, "account made by an administrator")
	mail, err := w.client.Outbox(ctx, w.opts.Email)
	if err != nil {
		return api.Flow{}, err
	}
	if len(mail) == 0 || mail[len(mail)-1].Code == "" {
		return api.Flow{}, broken("a temporary password should have been mailed")
	}
	w.crosses(Verifier, You, "a temporary password, by e-mail")
	w.crosses(You, Verifier, "%s, the temporary password", w.opts.Email)
	f, err := w.client.SignIn(ctx, api.SignInRequest{Email: w.opts.Email, Password: mail[len(mail)-1].Code})
	if err != nil {
		return f, err
	}
	if f.Next.Step != "change_password" {
		return f, broken("the temporary password should lead to a new one, and led to %q", f.Next.Step)
	}
	w.crosses(You, Verifier, "a password of one's own")
	w.says(Verifier, "the temporary one is spent")
	return w.client.ChangePassword(ctx, f.ID, api.ChangePasswordRequest{NewPassword: w.opts.Password})
}

// enroll begins the set-up of an app: in the flow that waits for it, or in the
// account of who is signed in.
func (w *Walk) enroll(ctx context.Context) error {
	w.says(You, "choose: authenticator app")
	w.crosses(You, Verifier, "name of the app: %s", w.opts.AppName)
	app := api.EnrollRequest{Method: "totp", Name: w.opts.AppName}
	var f api.Flow
	var err error
	if w.session == "" {
		f, err = w.client.Enroll(ctx, w.flow, app)
	} else {
		f, err = w.client.AddFactor(ctx, w.session, app)
	}
	if err != nil {
		return err
	}
	if f.Next.Step != "confirm" || f.Next.Method != "totp" || f.Next.URI == "" {
		return broken("expected an enrollment that waits for its first code, got %q", f.Next.Step)
	}
	w.flow, w.uri = f.ID, f.Next.URI
	k, err := vault.ParseKeyURI(w.uri)
	if err != nil {
		return broken("the link in the enrollment is no account: %v", err)
	}
	w.says(Verifier, "secret made, %d bits", 8*k.Secret.Len())
	w.says(Verifier, "not active until a code comes")
	return nil
}
