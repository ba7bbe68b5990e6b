package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// longestAnswer bounds what a Client reads of one answer, in bytes.
const longestAnswer = 8 << 20

// Client speaks to a verifier over HTTP. Refusals come back as *Problem. The
// zero value is not usable; its methods may be called at once by many.
type Client struct {
	base     string
	labToken string
	http     *http.Client
}

// NewClient speaks to the verifier at base, such as http://127.0.0.1:8765. The
// lab token may be empty; then the tester's side refuses.
func NewClient(base, labToken string) *Client {
	return &Client{
		base: strings.TrimRight(base, "/") + root, labToken: labToken,
		// An own transport, so that CloseIdle ends this client's connections alone.
		http: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()},
	}
}

// URL is where the verifier is, without a slash at the end.
func (c *Client) URL() string { return strings.TrimSuffix(c.base, root) }

// CloseIdle closes connections that wait for the next call.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

// SignUp makes an account and gives its first flow.
func (c *Client) SignUp(ctx context.Context, r SignUpRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/signup", "", r)
}

// SignIn gives a flow for a right password.
func (c *Client) SignIn(ctx context.Context, r SignInRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, "/signin", "", r)
}

// Flow gives the flow with this id.
func (c *Client) Flow(ctx context.Context, id string) (Flow, error) {
	return call[Flow](ctx, c, http.MethodGet, flowPath(id, ""), "", nil)
}

// Enroll begins the set-up of a factor in a flow.
func (c *Client) Enroll(ctx context.Context, flowID string, r EnrollRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/enroll"), "", r)
}

// Skip goes on without a factor, where the roll-out lets people.
func (c *Client) Skip(ctx context.Context, flowID string) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/skip"), "", struct{}{})
}

// QR gives the picture of the enrollment under way, a PNG.
func (c *Client) QR(ctx context.Context, flowID string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, flowPath(flowID, "/qr.png"), "", nil)
}

// Code answers a flow at code or confirm.
func (c *Client) Code(ctx context.Context, flowID string, r CodeRequest) (Flow, error) {
	return call[Flow](ctx, c, http.MethodPost, flowPath(flowID, "/code"), "", r)
}

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
	_, err := c.do(ctx, http.MethodDelete, "/me/factors/"+url.PathEscape(id), session, r)
	return err
}

// SignOut ends a session.
func (c *Client) SignOut(ctx context.Context, session string, r SignOutRequest) error {
	_, err := c.do(ctx, http.MethodPost, "/signout", session, r)
	return err
}

// Clock gives the verifier's time.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return call[Clock](ctx, c, http.MethodGet, "/lab/clock", c.labToken, nil)
}

// SetClock moves the verifier's clock.
func (c *Client) SetClock(ctx context.Context, change ClockChange) (Clock, error) {
	return call[Clock](ctx, c, http.MethodPut, "/lab/clock", c.labToken, change)
}

// Users lists every account.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return call[[]User](ctx, c, http.MethodGet, "/lab/users", c.labToken, nil)
}

// AddUser makes an account without a flow.
func (c *Client) AddUser(ctx context.Context, r NewUser) (User, error) {
	return call[User](ctx, c, http.MethodPost, "/lab/users", c.labToken, r)
}

// Unlock takes back the failures of a user.
func (c *Client) Unlock(ctx context.Context, userID string) error {
	_, err := c.do(ctx, http.MethodPost, "/lab/users/"+url.PathEscape(userID)+"/unlock", c.labToken, struct{}{})
	return err
}

// ResetMFA takes all factors from a user.
func (c *Client) ResetMFA(ctx context.Context, userID string) error {
	_, err := c.do(ctx, http.MethodPost, "/lab/users/"+url.PathEscape(userID)+"/reset-mfa", c.labToken, struct{}{})
	return err
}

// Events lists what happened so far.
func (c *Client) Events(ctx context.Context) ([]Event, error) {
	return call[[]Event](ctx, c, http.MethodGet, "/lab/events?follow=false", c.labToken, nil)
}

// FollowEvents gives what happened and what will, until ctx is done or the
// verifier goes away; then the channel is closed.
func (c *Client) FollowEvents(ctx context.Context) (<-chan Event, error) {
	res, err := c.send(ctx, http.MethodGet, "/lab/events", c.labToken, nil) //nolint:bodyclose // the goroutine that reads it closes it
	if err != nil {
		return nil, err
	}
	events := make(chan Event)
	go func() {
		defer close(events)
		defer func() { _ = res.Body.Close() }() // it was read as far as it is wanted
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var e Event
			if json.Unmarshal([]byte(data), &e) != nil {
				return
			}
			select {
			case events <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events, nil
}

func flowPath(id, rest string) string { return "/flows/" + url.PathEscape(id) + rest }

// call is do with the answer decoded. Fields it does not know are ignored.
func call[T any](ctx context.Context, c *Client, method, path, bearer string, body any) (T, error) {
	var out T
	raw, err := c.do(ctx, method, path, bearer, body)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("read answer of %s: %w", route(method, path), err)
	}
	return out, nil
}

func (c *Client) do(ctx context.Context, method, path, bearer string, body any) ([]byte, error) {
	res, err := c.send(ctx, method, path, bearer, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // it was read as far as it is wanted
	raw, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", route(method, path), err)
	}
	return raw, nil
}

// send gives an answer that is no refusal; the caller closes its body.
func (c *Client) send(ctx context.Context, method, path, bearer string, body any) (*http.Response, error) {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", route(method, path), err)
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, sent)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", route(method, path), bare(err))
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", route(method, path), bare(err))
	}
	if res.StatusCode < 400 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }() // it was read as far as it is wanted
	p := &Problem{Status: res.StatusCode, Title: http.StatusText(res.StatusCode), Code: "unknown"}
	if raw, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer)); err == nil {
		_ = json.Unmarshal(raw, p) // a proxy's answer is no problem document; the status says enough
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return nil, p
}

// bare takes the address off an error: a flow's id stands in it.
func bare(err error) error {
	var in *url.Error
	if errors.As(err, &in) {
		return in.Err
	}
	return err
}

// route is what an error may say of a call: a flow's id stays out.
func route(method, path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 2 && parts[1] == "flows" {
		parts[2] = "{id}"
	}
	return method + " " + strings.Join(parts, "/")
}
