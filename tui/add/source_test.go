package add

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twofold/qr"
	"twofold/tui/paste"
)

const link = "otpauth://totp/KOR:ada?secret=GEZDGNBVGY3TQOJQ&issuer=KOR"

// drawn is a file with a link's code in a folder.
func drawn(t *testing.T, dir, name, text string) string {
	t.Helper()
	symbol, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := symbol.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPicturesOfALargeFolderThatAreLeftOutAreTold: the first 200 are read.
func TestPicturesOfALargeFolderThatAreLeftOutAreTold(t *testing.T) {
	dir := t.TempDir()
	drawn(t, dir, "a.png", link)
	for i := range paste.MaxFound {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("b%d.png", i)), []byte("no picture"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	so := new(far)
	texts, err := folder(context.Background(), dir, so)
	if len(texts) != 1 || !errors.Is(err, qr.ErrNotAll) {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	if said := note(source{name: dir}, true, err); said != "Not all was looked at: the pictures after the first 200 of 201." {
		t.Errorf("%q", said)
	}
	if err := os.Remove(filepath.Join(dir, "b0.png")); err != nil {
		t.Fatal(err)
	}
	if texts, err = folder(context.Background(), dir, so); len(texts) != 1 || err != nil {
		t.Errorf("200: %d texts, %v", len(texts), err)
	}
	if err := os.Remove(filepath.Join(dir, "a.png")); err != nil {
		t.Fatal(err)
	}
	if _, err = folder(context.Background(), dir, so); err == nil || !strings.Contains(err.Error(), "199 pictures") {
		t.Errorf("none: %v", err)
	}
	r := reading{left: []source{{doing: "Reading shots", far: so}}, of: 1}
	if got := r.progress(); got != "Reading shots… 199 of 199" {
		t.Errorf("%q", got)
	}
}
