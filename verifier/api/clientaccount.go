package api

import (
	"context"
	"net/http"
	"net/url"
)

// Me gives the account that a session belongs to.
func (c *Client) Me(ctx context.Context, session string) (Me, error) {
	return call[Me](ctx, c, http.MethodGet, "/me", session, nil)
}

// Factors lists the confirmed factors of a session's account.
func (c *Client) Factors(ctx context.Context, session string) ([]Factor, error) {
	return call[[]Factor](ctx, c, http.MethodGet, "/me/factors", session, nil)
}

// AddFactor begins the enrollment of another factor.
func (c *Client) AddFactor(ctx context.Context, session string, r EnrollRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/me/factors", session, r)
}

// RemoveFactor takes a factor away.
func (c *Client) RemoveFactor(ctx context.Context, session, id string, r RemoveFactorRequest) error {
	return c.tell(ctx, http.MethodDelete, "/me/factors/"+url.PathEscape(id), session, r)
}

// RenameFactor gives a factor another name.
func (c *Client) RenameFactor(ctx context.Context, session, id string, r RenameFactorRequest) error {
	return c.tell(ctx, http.MethodPatch, "/me/factors/"+url.PathEscape(id), session, r)
}

// Prefer has a factor asked for first.
func (c *Client) Prefer(ctx context.Context, session string, r FactorChoice) error {
	return c.tell(ctx, http.MethodPut, "/me/preferred", session, r)
}

// ChangeContact begins a change of address or number.
func (c *Client) ChangeContact(ctx context.Context, session string, r ContactRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/me/contact", session, r)
}

// SetPassword replaces the password.
func (c *Client) SetPassword(ctx context.Context, session string, r SetPasswordRequest) error {
	return c.tell(ctx, http.MethodPost, "/me/password", session, r)
}

// Devices lists the trusted devices.
func (c *Client) Devices(ctx context.Context, session string) ([]Device, error) {
	return call[[]Device](ctx, c, http.MethodGet, "/me/devices", session, nil)
}

// ForgetDevice takes back the trust in a device.
func (c *Client) ForgetDevice(ctx context.Context, session, id string) error {
	return c.tell(ctx, http.MethodDelete, "/me/devices/"+url.PathEscape(id), session, nil)
}

// ForgetDevices takes back the trust in every device.
func (c *Client) ForgetDevices(ctx context.Context, session string) error {
	return c.tell(ctx, http.MethodDelete, "/me/devices", session, nil)
}

// RecoveryCodesLeft says how many recovery codes can still be used.
func (c *Client) RecoveryCodesLeft(ctx context.Context, session string) (RecoveryLeft, error) {
	return call[RecoveryLeft](ctx, c, http.MethodGet, "/me/recovery-codes", session, nil)
}

// NewRecoveryCodes makes a new set of recovery codes.
func (c *Client) NewRecoveryCodes(ctx context.Context, session string, r PasswordRequest) (RecoveryCodes, error) {
	return call[RecoveryCodes](ctx, c, http.MethodPost, "/me/recovery-codes", session, r)
}

// SignOut ends a session.
func (c *Client) SignOut(ctx context.Context, session string, r SignOutRequest) error {
	return c.tell(ctx, http.MethodPost, "/signout", session, r)
}
