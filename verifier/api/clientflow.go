package api

import (
	"context"
	"net/http"
	"net/url"
)

// SignUp makes an account and gives its first flow.
func (c *Client) SignUp(ctx context.Context, r SignUpRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/signup", "", r)
}

// SignIn gives a flow for a right password.
func (c *Client) SignIn(ctx context.Context, r SignInRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/signin", "", r)
}

// Flow gives the flow with this id.
func (c *Client) Flow(ctx context.Context, flowID string) (Flow, error) {
	return call[Flow](ctx, c, http.MethodGet, flowPath(flowID, ""), "", nil)
}

// ChangePassword answers a flow at change_password.
func (c *Client) ChangePassword(ctx context.Context, flowID string, r ChangePasswordRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/password"), "", r)
}

// Enroll begins the set-up of a factor in a flow.
func (c *Client) Enroll(ctx context.Context, flowID string, r EnrollRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/enroll"), "", r)
}

// Skip goes on without a factor, where the roll-out lets people.
func (c *Client) Skip(ctx context.Context, flowID string) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/skip"), "", struct{}{})
}

// Choose signs in with another of the account's factors.
func (c *Client) Choose(ctx context.Context, flowID string, r FactorChoice) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/method"), "", r)
}

// Send has the e-mail or SMS code sent again.
func (c *Client) Send(ctx context.Context, flowID string) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/send"), "", struct{}{})
}

// Code answers a flow at code or confirm.
func (c *Client) Code(ctx context.Context, flowID string, r CodeRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/code"), "", r)
}

// Cancel gives up an enrollment or a change of contact.
func (c *Client) Cancel(ctx context.Context, flowID string) error {
	return c.tell(ctx, http.MethodPost, flowPath(flowID, "/cancel"), "", struct{}{})
}

// QR gives the picture of the enrollment under way, a PNG.
func (c *Client) QR(ctx context.Context, flowID string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, flowPath(flowID, "/qr.png"), "", nil)
}

// QRDrawing gives the picture of the enrollment under way, an SVG.
func (c *Client) QRDrawing(ctx context.Context, flowID string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, flowPath(flowID, "/qr.svg"), "", nil)
}

// RequestReset has a link to a new password mailed, if there is such an
// account; the answer does not tell.
func (c *Client) RequestReset(ctx context.Context, r ResetRequest) error {
	return c.tell(ctx, http.MethodPost, "/password-reset", "", r)
}

// Link says what a mailed link is for.
func (c *Client) Link(ctx context.Context, token string) (Link, error) {
	return call[Link](ctx, c, http.MethodGet, "/password-reset/"+url.PathEscape(token), "", nil)
}

// ResetPassword sets a new password by a mailed link.
func (c *Client) ResetPassword(ctx context.Context, token string, r ChangePasswordRequest) error {
	return c.tell(ctx, http.MethodPost, "/password-reset/"+url.PathEscape(token), "", r)
}
