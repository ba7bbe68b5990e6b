package tui

import (
	"testing"
	"time"
)

// discard removes accounts, a day apart.
func discard(t *testing.T, w, h int, days int) *desk {
	d := newDesk(t, w, h, func(o *Options, _ *desk) { o.TrashDays = days }).furnish().start()
	for _, name := range []string{"/kor", "/bank"} {
		d.press(name, "esc", "x", "enter")
		d.later(24 * time.Hour)
	}
	d.press("t")
	return d
}

func TestTrashListsWhatIsLeft(t *testing.T) {
	d := discard(t, 80, 24, 30)
	d.shows("Trash · 2 accounts", "for 30 days", "▌ Bank of Örebro", "29 days left", "KOR", "28 days left")
	d.later(27 * 24 * time.Hour)
	d.shows("the last day")
	d = discard(t, 80, 24, 0)
	d.shows("kept")
	d.hides("left", "days")
}

func TestTrashRestores(t *testing.T) {
	d := discard(t, 80, 24, 30)
	d.press("down", "enter")
	d.shows("Trash · 1 account", "Restored KOR · ada@example.com.")
	d.hides("▌ KOR")
	d.press("esc")
	d.shows("▌   KOR", "5 accounts")
	if n := len(d.vault.Trash()); n != 1 {
		t.Errorf("%d in the trash", n)
	}
}

func TestTrashRestoresNoTwin(t *testing.T) {
	d := discard(t, 80, 24, 30)
	d.add("otpauth://totp/KOR:ada@example.com?issuer=KOR&secret="+rfcSecret, nil)
	d.press("down", "enter")
	d.shows("Not restored: the same account is in the list again.", "Trash · 2 accounts")
}

func TestEmptyingTheTrashAsksFirst(t *testing.T) {
	d := discard(t, 80, 24, 30)
	d.press("E")
	d.shows("for good? Only a backup brings them back.", "y remove for good", "Esc keep them")
	d.press("enter", "?", "E") // none of these is a yes
	d.press("q")
	if d.quit || len(d.vault.Trash()) != 2 {
		t.Fatalf("quit %v, %d in the trash", d.quit, len(d.vault.Trash()))
	}
	d.press("E", "y")
	d.shows("The trash is empty")
	if n := len(d.vault.Trash()); n != 0 {
		t.Errorf("%d in the trash", n)
	}
	d.press("esc")
	d.shows("GitHub", "4 accounts")
}

func TestTrashSeesAnotherProcess(t *testing.T) {
	d := discard(t, 80, 24, 30)
	if err := d.vault.Restore(t.Context(), d.vault.Trash()[0].ID); err != nil {
		t.Fatal(err)
	}
	d.later(time.Second)
	d.shows("Trash · 1 account")
}
