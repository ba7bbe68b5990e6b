//go:build unix && !darwin

package capture

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

func withURI(uri string) map[string]dbus.Variant {
	return map[string]dbus.Variant{"uri": dbus.MakeVariant(uri)}
}

// respondWith answers at once.
func respondWith(code uint32, results map[string]dbus.Variant) func(*fakePortal, dbus.ObjectPath) {
	return func(p *fakePortal, request dbus.ObjectPath) { p.respond(request, code, results) }
}

// leave puts a screenshot where portals do, under a name that an address has to escape.
func leave(t *testing.T, data []byte) (path, uri string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "Bildschirmfoto vom 2026-11-21 für 100%.png")
	writeFile(t, path, data)
	return path, (&url.URL{Scheme: "file", Path: path}).String()
}

// freshly makes the file one that was written when the portal was asked.
func freshly(path string, answer func(*fakePortal, dbus.ObjectPath)) func(*fakePortal, dbus.ObjectPath) {
	return func(p *fakePortal, request dbus.ObjectPath) {
		if err := os.Chtimes(path, time.Now(), time.Now()); err != nil {
			p.t.Error(err)
		}
		answer(p, request)
	}
}

func TestScreenByThePortal(t *testing.T) {
	for _, c := range []struct {
		name    string
		ownPath dbus.ObjectPath
		answer  func(uri string) func(*fakePortal, dbus.ObjectPath)
	}{
		{"that answers before its call returns", "", func(uri string) func(*fakePortal, dbus.ObjectPath) {
			return respondWith(0, withURI(uri))
		}},
		{"whose person takes a while", "", func(uri string) func(*fakePortal, dbus.ObjectPath) {
			return func(p *fakePortal, request dbus.ObjectPath) {
				time.AfterFunc(200*time.Millisecond, func() { p.respond(request, 0, withURI(uri)) })
			}
		}},
		{"that refuses another's request first", "", func(uri string) func(*fakePortal, dbus.ObjectPath) {
			return func(p *fakePortal, request dbus.ObjectPath) {
				p.respond(portalRequests+"/1_999/other", 1, nil)
				p.respond(request, 0, withURI(uri))
			}
		}},
		{"that is old", portalRequests + "/1_999/t7", func(uri string) func(*fakePortal, dbus.ObjectPath) {
			return respondWith(0, withURI(uri))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, uri := leave(t, pngOf(t, enrollment))
			if !strings.Contains(uri, "%20") || !strings.Contains(uri, "%25") {
				t.Fatalf("the address has nothing escaped: %s", uri)
			}
			p := &fakePortal{ownPath: c.ownPath, answer: freshly(path, c.answer(uri))}
			pictures, err := startPortal(t, p).screen(t.Context())
			if err != nil || len(pictures) != 1 || !shows(pictures[0], enrollment) || pictures[0].Name != "" {
				t.Fatalf("%d pictures, %v", len(pictures), err)
			}
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the picture stays on the disk: %v", err)
			}
			if options := <-p.options; options["interactive"].Value() != false {
				t.Errorf("it was asked with %v", options)
			}
		})
	}
}

// What the person refuses is not done in another way.
func TestScreenThatIsRefused(t *testing.T) {
	s := startPortal(t, &fakePortal{answer: respondWith(1, map[string]dbus.Variant{})})
	asked := filepath.Join(t.TempDir(), "asked")
	s.lookPath = fakes(t, map[string]string{"grim": `touch "` + asked + `"; exit 1`})
	if _, err := s.screen(t.Context()); !errors.Is(err, ErrRefused) {
		t.Errorf("%v, want ErrRefused", err)
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("grim was asked all the same")
	}
}

// Where the portal has no picture, grim is asked.
func TestScreenByGrimAfterThePortal(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "picture.png")
	writeFile(t, picture, pngOf(t, enrollment))
	s := startPortal(t, &fakePortal{answer: respondWith(2, map[string]dbus.Variant{})})
	s.lookPath = fakes(t, map[string]string{"grim": `cat "` + picture + `"`})
	if pictures, err := s.screen(t.Context()); err != nil || len(pictures) != 1 || !shows(pictures[0], enrollment) {
		t.Errorf("%d pictures, %v", len(pictures), err)
	}
	s.lookPath = fakes(t, map[string]string{"grim": `echo "compositor doesn't support it" >&2; exit 1`})
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "the desktop portal: it ended without a picture", "grim: compositor doesn't support it")
}

func TestScreenByAPortalThatGivesNoPicture(t *testing.T) {
	for _, c := range []struct {
		name    string
		results map[string]dbus.Variant
		why     string
	}{
		{"no address", map[string]dbus.Variant{}, "its answer has no picture"},
		{"an address of another kind", map[string]dbus.Variant{"uri": dbus.MakeVariant(7)}, "its answer has no picture"},
		{"a page", withURI("https://example.org/shot.png"), "not a file of this computer"},
		{"another computer", withURI("file://example.org/shot.png"), "not a file of this computer"},
		{"no path", withURI("file://"), "not a file of this computer"},
		{"a bad escape", withURI("file:///tmp/100%.png"), "not a file of this computer"},
		{"no such file", withURI("file:///nowhere/shot.png"), "no such file"},
		{"a folder", withURI("file://" + t.TempDir()), "not a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startPortal(t, &fakePortal{answer: respondWith(0, c.results)})
			_, err := s.screen(t.Context())
			wantUnavailable(t, err, "the desktop portal: ", c.why)
		})
	}
}

// A file that cannot be read may be anybody's: it stays, and the person hears of it.
func TestScreenByAPortalThatLeavesADamagedFile(t *testing.T) {
	path, uri := leave(t, pngOf(t, enrollment)[:200])
	_, err := startPortal(t, &fakePortal{answer: freshly(path, respondWith(0, withURI(uri)))}).screen(t.Context())
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "stays where it is") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("it was removed: %v", err)
	}
}

// What was there before the portal was asked is no picture of its own, whatever it holds; nor is another's file.
func TestScreenByAPortalThatNamesAFileOfThePerson(t *testing.T) {
	path, uri := leave(t, pngOf(t, enrollment))
	before := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, before, before); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.png")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for address, why := range map[string]string{uri: "is left where it is", "file://" + link: "not a file", "file:///proc/version": ""} {
		_, err := startPortal(t, &fakePortal{answer: respondWith(0, withURI(address))}).screen(t.Context())
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, name := range []string{path, link} {
		if _, err := os.Lstat(name); err != nil {
			t.Errorf("it was removed: %v", err)
		}
	}
}

// A picture that stays on the disk is not passed over in silence.
func TestScreenByAPortalWhoseFileStays(t *testing.T) {
	path, uri := leave(t, pngOf(t, enrollment))
	stuck := func(string) error { return &os.PathError{Op: "remove", Path: path, Err: os.ErrPermission} }
	_, err := takeFile(uri, time.Now().Add(-time.Minute), stuck)
	if final := (*finalError)(nil); !errors.As(err, &final) || !strings.Contains(err.Error(), "cannot be removed") || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

// The dialog of a portal that is no longer waited for is taken back.
func TestScreenByAPortalThatNeverAnswers(t *testing.T) {
	p := &fakePortal{}
	s := startPortal(t, p)
	s.patience = 500 * time.Millisecond
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "the desktop portal: it did not answer within 500ms")
	wantClosed(t, p)
}

// A session may end while its person is asked.
func TestScreenByAPortalWhoseBusEnds(t *testing.T) {
	for _, after := range []time.Duration{0, 200 * time.Millisecond} { // in the call, and after it
		p := &fakePortal{}
		s := startPortal(t, p)
		go func() {
			<-p.options // the request is there
			time.Sleep(after)
			_ = p.bus.Kill()
		}()
		_, err := s.screen(t.Context())
		wantUnavailable(t, err, "the desktop portal: the session bus has ended")
	}
}

func TestScreenThatIsCanceled(t *testing.T) {
	p := &fakePortal{}
	s := startPortal(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		p.options <- <-p.options // the request is there
		cancel()
	}()
	if _, err := s.screen(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was canceled", err)
	}
	wantClosed(t, p)
}

func wantClosed(t *testing.T, p *fakePortal) {
	t.Helper()
	select {
	case request := <-p.closed:
		if !strings.HasPrefix(string(request), string(portalRequests)+"/") {
			t.Errorf("%s was closed", request)
		}
	case <-time.After(aWhile):
		t.Error("the request was not closed")
	}
}

func TestScreenWithoutAPortal(t *testing.T) {
	t.Run("on the bus", func(t *testing.T) {
		bus, _ := startBus(t)
		_, err := waylandSession(bus).screen(t.Context())
		wantUnavailable(t, err, "the desktop portal: there is none in this session")
	})
	t.Run("that takes pictures", func(t *testing.T) {
		bus, _ := startBus(t)
		conn, err := dbus.Connect(bus)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if err := conn.Export(closer{}, portalPath, "org.freedesktop.portal.Settings"); err != nil {
			t.Fatal(err)
		}
		own(t, conn)
		_, err = waylandSession(bus).screen(t.Context())
		wantUnavailable(t, err, "takes no pictures of the screen")
	})
	t.Run("and a bus that is not there", func(t *testing.T) {
		_, err := waylandSession("unix:path=" + t.TempDir() + "/bus").screen(t.Context())
		wantUnavailable(t, err, "the session bus does not answer")
	})
	t.Run("and a bus of another kind", func(t *testing.T) {
		_, err := waylandSession("autolaunch:").screen(t.Context())
		wantUnavailable(t, err, "of no kind that is known")
	})
	t.Run("and a bus that does not greet", func(t *testing.T) {
		socket := filepath.Join(tempDir(t), "bus")
		silent, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = silent.Close() }()
		s := waylandSession("unix:path=" + socket)
		s.patience = 300 * time.Millisecond
		_, err = s.screen(t.Context())
		wantUnavailable(t, err, "it did not answer within 300ms")
	})
}

// The bus is also found where systemd puts it.
func TestBusOfARuntimeFolder(t *testing.T) {
	dir := tempDir(t)
	s := session("XDG_RUNTIME_DIR=" + dir)
	if got := s.bus(); got != "" {
		t.Errorf("without a socket there is %q", got)
	}
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	if name, ok := socketOf(s.bus()); !ok || name != filepath.Join(dir, "bus") {
		t.Errorf("it is %q", s.bus())
	}
}

func TestSocketOfAnAddress(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/user/1000/bus":          "/run/user/1000/bus",
		"unix:path=/run/a%20b/bus,guid=0123":    "/run/a b/bus",
		"unix:guid=0123,abstract=/tmp/dbus-Xyz": "@/tmp/dbus-Xyz",
		"tcp:host=localhost,port=1":             "",
		"unix:runtime=yes":                      "",
		"unix:path=":                            "",
		"autolaunch:":                           "",
	} {
		if got, _ := socketOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
