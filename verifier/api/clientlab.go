package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"twofold/verifier/rollout"
)

// Clock gives the verifier's time.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return call[Clock](ctx, c, http.MethodGet, "/lab/clock", c.labToken, nil)
}

// SetClock moves the verifier's clock, or lets it run at another rate.
func (c *Client) SetClock(ctx context.Context, change ClockChange) (Clock, error) {
	return call[Clock](ctx, c, http.MethodPut, "/lab/clock", c.labToken, change)
}

// Users lists every account.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return call[[]User](ctx, c, http.MethodGet, "/lab/users", c.labToken, nil)
}

// User gives one account.
func (c *Client) User(ctx context.Context, userID string) (User, error) {
	return call[User](ctx, c, http.MethodGet, userPath(userID, ""), c.labToken, nil)
}

// AddUser makes an account without a flow.
func (c *Client) AddUser(ctx context.Context, r NewUser) (AddedUser, error) {
	return call[AddedUser](ctx, c, http.MethodPost, "/lab/users", c.labToken, r)
}

// Unlock takes back the failures of a user.
func (c *Client) Unlock(ctx context.Context, userID string) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/unlock"), c.labToken, struct{}{})
}

// Temporary mails a user a new temporary password.
func (c *Client) Temporary(ctx context.Context, userID string) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/temporary-password"), c.labToken, struct{}{})
}

// Invite mails a user a link to a first password.
func (c *Client) Invite(ctx context.Context, userID string) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/invite"), c.labToken, struct{}{})
}

// Disable lets a user sign in no longer.
func (c *Client) Disable(ctx context.Context, userID string) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/disable"), c.labToken, struct{}{})
}

// Enable lets a user sign in again.
func (c *Client) Enable(ctx context.Context, userID string) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/enable"), c.labToken, struct{}{})
}

// ResetMFA takes all factors from a user.
func (c *Client) ResetMFA(ctx context.Context, userID string, r OperatorRequest) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/reset-mfa"), c.labToken, r)
}

// SetOffice puts a user into an office.
func (c *Client) SetOffice(ctx context.Context, userID string, r OfficeRequest) error {
	return c.tell(ctx, http.MethodPut, userPath(userID, "/office"), c.labToken, r)
}

// SetRole gives a user another role.
func (c *Client) SetRole(ctx context.Context, userID string, r RoleRequest) error {
	return c.tell(ctx, http.MethodPut, userPath(userID, "/role"), c.labToken, r)
}

// SetQuestions says what the helpdesk asks a user.
func (c *Client) SetQuestions(ctx context.Context, userID string, r QuestionsRequest) error {
	return c.tell(ctx, http.MethodPut, userPath(userID, "/questions"), c.labToken, r)
}

// Helpdesk takes the second step off an account, after right answers.
func (c *Client) Helpdesk(ctx context.Context, userID string, r HelpdeskRequest) error {
	return c.tell(ctx, http.MethodPost, userPath(userID, "/helpdesk"), c.labToken, r)
}

// SwitchOffice changes the rule of an office.
func (c *Client) SwitchOffice(ctx context.Context, name string, r OfficeSwitch) error {
	return c.tell(ctx, http.MethodPut, "/lab/offices/"+url.PathEscape(name), c.labToken, r)
}

// Outbox lists the e-mails and SMS sent to somebody; to everybody, where to is
// empty.
func (c *Client) Outbox(ctx context.Context, to string) ([]Message, error) {
	return call[[]Message](ctx, c, http.MethodGet, "/lab/outbox?to="+url.QueryEscape(to), c.labToken, nil)
}

// Faults says what goes wrong with messages on purpose.
func (c *Client) Faults(ctx context.Context) (Faults, error) {
	return call[Faults](ctx, c, http.MethodGet, "/lab/faults", c.labToken, nil)
}

// SetFaults has messages go wrong on purpose.
func (c *Client) SetFaults(ctx context.Context, r Faults) (Faults, error) {
	return call[Faults](ctx, c, http.MethodPut, "/lab/faults", c.labToken, r)
}

// Rollout gives the policy in force.
func (c *Client) Rollout(ctx context.Context) (rollout.Rollout, error) {
	return call[rollout.Rollout](ctx, c, http.MethodGet, "/lab/rollout", c.labToken, nil)
}

// SetRollout takes another policy.
func (c *Client) SetRollout(ctx context.Context, r rollout.Rollout) (rollout.Rollout, error) {
	return call[rollout.Rollout](ctx, c, http.MethodPut, "/lab/rollout", c.labToken, r)
}

// TakeRollout takes a policy that the program brings, by its name.
func (c *Client) TakeRollout(ctx context.Context, name string) (rollout.Rollout, error) {
	return call[rollout.Rollout](ctx, c, http.MethodPut, "/lab/rollout", c.labToken, RolloutName{Name: name})
}

// SetRolloutText takes a policy as its TOML text.
func (c *Client) SetRolloutText(ctx context.Context, text string) (rollout.Rollout, error) {
	return call[rollout.Rollout](ctx, c, http.MethodPut, "/lab/rollout", c.labToken, tomlText(text))
}

// Rollouts names the policies that the program brings.
func (c *Client) Rollouts(ctx context.Context) ([]string, error) {
	return call[[]string](ctx, c, http.MethodGet, "/lab/rollouts", c.labToken, nil)
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

func userPath(id, rest string) string { return "/lab/users/" + url.PathEscape(id) + rest }
