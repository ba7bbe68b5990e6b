package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
)

func TestLabControls(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	made, err := s.AddUser(ctx, api.NewUser{Email: "eve@example.com", Password: password, Role: "helpdesk"})
	if err != nil || made.Role != "helpdesk" || made.ID == "" {
		t.Fatal(made, err)
	}
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	clock, err := s.SetClock(ctx, api.ClockChange{Now: &at})
	if err != nil || !clock.Now.Equal(at) || time.Duration(clock.Offset) != at.Sub(start) {
		t.Errorf("clock: %+v, %v", clock, err)
	}
	a := s.raw("PUT", "/api/v1/lab/clock", labToken, `{"offset":"-1h30m"}`)
	if a.status != 200 || !strings.Contains(a.body, `"offset":"-1h30m0s"`) || !strings.Contains(a.body, `"now":"2026-07-13T07:30:10Z"`) {
		t.Errorf("clock: %d %s", a.status, a.body)
	}
	a = s.raw("GET", "/api/v1/lab/rollout", labToken, "")
	if a.status != 200 || !strings.Contains(a.body, `"name":"plain"`) || !strings.Contains(a.body, `"first_lock":"1m0s"`) {
		t.Errorf("roll-out: %d %s", a.status, a.body)
	}
	if a = s.raw("GET", "/api/v1/lab/outbox?to=eve", labToken, ""); a.status != 200 || a.body != "[]\n" {
		t.Errorf("outbox: %d %s", a.status, a.body)
	}
	_, session := s.enrolled("ada@example.com")
	if a = s.raw("GET", "/api/v1/me/devices", session, ""); a.status != 200 || a.body != "[]\n" {
		t.Errorf("devices: %d %s", a.status, a.body)
	}
	if a = s.raw("POST", "/api/v1/signout", session, ""); a.status != 204 || a.body != "" {
		t.Errorf("sign-out without a body: %d %s", a.status, a.body)
	}
	events, err := s.Events(ctx)
	if err != nil || len(events) < 8 || events[0].Type != "user_added" || events[0].User != "eve@example.com" {
		t.Errorf("events: %+v, %v", events, err)
	}
	after := s.raw("GET", "/api/v1/lab/events?follow=false", labToken, "", "Last-Event-ID", fmt.Sprint(events[len(events)-2].Seq))
	if strings.Count(after.body, `"seq"`) != 1 {
		t.Errorf("after the last but one: %s", after.body)
	}
}

// TestClockStandsStillAndRunsFast by the API.
func TestClockStandsStillAndRunsFast(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	yes, no, fast := true, false, 60.0
	clock, err := s.SetClock(ctx, api.ClockChange{Frozen: &yes})
	if err != nil || !clock.Frozen || clock.Rate != 0 {
		t.Errorf("frozen: %+v, %v", clock, err)
	}
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	clock, err = s.SetClock(ctx, api.ClockChange{Now: &at, Rate: &fast})
	if err != nil || clock.Frozen || clock.Rate != 60 || !clock.Now.Equal(at) {
		t.Errorf("set and fast: %+v, %v", clock, err)
	}
	clock, err = s.SetClock(ctx, api.ClockChange{Frozen: &yes})
	if err != nil || !clock.Frozen || !clock.Now.Equal(at) {
		t.Errorf("frozen again: %+v, %v", clock, err)
	}
	s.advance(time.Minute)
	clock, err = s.SetClock(ctx, api.ClockChange{Frozen: &no})
	if err != nil || clock.Frozen || clock.Rate != 1 || !clock.Now.Equal(at.Add(time.Minute)) {
		t.Errorf("thawed: %+v, %v", clock, err)
	}
}

// TestFaults are set, told, and do what they say.
func TestFaults(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	want := api.Faults{Email: api.Fault{Twice: true, Late: api.Duration(time.Minute)}, SMS: api.Fault{Lost: true}}
	set, err := s.SetFaults(ctx, want)
	if err != nil || set != want {
		t.Errorf("set: %+v, %v", set, err)
	}
	if got, err := s.Faults(ctx); err != nil || got != want {
		t.Errorf("got: %+v, %v", got, err)
	}
	_, err = s.SignUp(ctx, api.SignUpRequest{Email: "ada@example.com", Password: password, Method: "email"})
	s.must(err)
	states := func(to string) (all []string) {
		t.Helper()
		messages, err := s.Outbox(ctx, to)
		s.must(err)
		for _, m := range messages {
			all = append(all, m.State)
		}
		return all
	}
	if got := fmt.Sprint(states("Ada@Example.com")); got != "[waiting waiting]" {
		t.Errorf("late and twice: %s", got)
	}
	s.advance(time.Minute)
	if got := fmt.Sprint(states("ada@example.com")); got != "[delivered delivered]" {
		t.Errorf("a minute later: %s", got)
	}
	_, err = s.SignUp(ctx, api.SignUpRequest{Email: "bob@example.com", Password: password, Phone: "+1 514 555 0123", Method: "sms"})
	s.must(err)
	if got := fmt.Sprint(states("+1 514 555 0123")); got != "[lost]" {
		t.Errorf("lost: %s", got)
	}
	if a := s.raw("GET", "/api/v1/lab/outbox?to=+15145550123", labToken, ""); strings.Count(a.body, `"id"`) != 1 {
		t.Errorf("with a plus that is not escaped: %s", a.body)
	}
	if a := s.raw("PUT", "/api/v1/lab/faults", labToken, `{}`); a.status != 200 || strings.Contains(a.body, "true") {
		t.Errorf("cleared: %d %s", a.status, a.body)
	}
}

func TestEventsAreFollowed(t *testing.T) {
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.advance(time.Second)
	events, err := s.FollowEvents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Seq != 1 || e.Type != "clock" || !e.At.Equal(start.Add(time.Second)) {
		t.Errorf("what was before: %+v", e)
	}
	s.advance(time.Second)
	if e := <-events; e.Seq != 2 {
		t.Errorf("what came after: %+v", e)
	}
	cancel()
	if _, open := <-events; open {
		t.Error("the channel stays open")
	}
}
