package codes

import (
	"context"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/vault"
)

// TestEnterBeforeTheSecretIsHere holds that a code asked for too early is copied once it can be.
func TestEnterBeforeTheSecretIsHere(t *testing.T) {
	at := time.Date(2026, 7, 13, 9, 41, 11, 0, time.UTC)
	v := vault.Throwaway(vault.Options{})
	key, err := vault.ParseKeyURI("otpauth://totp/KOR:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Add(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	code, err := key.Code(at)
	if err != nil {
		t.Fatal(err)
	}

	m, _ := New(context.Background(), v, theme.Theme{}, at).SetSize(80, 20)
	m, fetch := m.Update(m.Init()())
	m, early := m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if early != nil {
		t.Fatal("something was copied before the secret was here")
	}
	var copied []string
	var run func(tea.Cmd)
	run = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for _, one := range msg {
				run(one)
			}
		case answer:
			var next tea.Cmd
			m, next = m.Update(msg)
			run(next)
		case nil:
		default:
			copied = append(copied, fmt.Sprint(msg))
		}
	}
	run(fetch)
	if len(copied) != 1 || copied[0] != code.Reveal() {
		t.Errorf("%d codes were copied, want the one asked for", len(copied))
	}
}
