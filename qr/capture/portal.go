package capture

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The desktop portal, as https://flatpak.github.io/xdg-desktop-portal has it: the call returns a request
// at once, and the request's Response signal has the answer, when the person has given it.
const (
	portalName     = "org.freedesktop.portal.Desktop"
	portalPath     = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	portalRequests = dbus.ObjectPath("/org/freedesktop/portal/desktop/request")
	screenshotCall = "org.freedesktop.portal.Screenshot.Screenshot"
	requestFace    = "org.freedesktop.portal.Request"
	requestClose   = requestFace + ".Close"
	requestMember  = "Response"
)

// What a Response says first.
const (
	responseDone    = 0
	responseRefused = 1
)

var errBusEnded = errors.New("the session bus has ended")

// portal asks the desktop for a picture of all monitors. The desktop may ask the person, whose patience is
// the deadline.
func (s system) portal(ctx context.Context) ([]Picture, error) {
	patient, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	asked := time.Now()
	uri, err := askPortal(patient, s.bus())
	if err != nil && ctx.Err() == nil && patient.Err() != nil {
		return nil, fmt.Errorf("it did not answer within %s", s.patience)
	}
	if err != nil {
		return nil, err
	}
	return takeFile(uri, asked, os.Remove)
}

// askPortal returns the address of the picture that the portal has left.
func askPortal(ctx context.Context, bus string) (uri string, err error) {
	conn, err := connect(ctx, bus)
	if err != nil {
		return "", fmt.Errorf("the session bus does not answer: %w", err)
	}
	defer func() { _ = conn.Close() }()

	// Listen first: a quick portal answers before the call returns. An old one, before 0.9, makes up the
	// request's path itself, so all requests are listened to; the bus sends us none but our own.
	answers := make(chan *dbus.Signal, 16)
	conn.Signal(answers)
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(portalName), dbus.WithMatchPathNamespace(portalRequests),
		dbus.WithMatchInterface(requestFace), dbus.WithMatchMember(requestMember))
	if err != nil {
		return "", portalTrouble(err)
	}
	token := "twofold" + rand.Text()
	request := requestPath(conn, token)
	options := map[string]dbus.Variant{
		"handle_token": dbus.MakeVariant(token),
		"interactive":  dbus.MakeVariant(false),
		"modal":        dbus.MakeVariant(false),
	}
	var handle dbus.ObjectPath
	if err := conn.Object(portalName, portalPath).CallWithContext(ctx, screenshotCall, 0, "", options).Store(&handle); err != nil {
		if ctx.Err() != nil {
			closeRequest(conn, request)
		}
		return "", portalTrouble(err)
	}
	for {
		select {
		case answer, open := <-answers:
			if !open {
				return "", errBusEnded
			}
			if answer.Path == request || answer.Path == handle {
				return response(answer.Body)
			}
		case <-ctx.Done():
			closeRequest(conn, handle)
			return "", ctx.Err()
		}
	}
}

// requestPath is where the portal will put a request, known before it is made.
func requestPath(conn *dbus.Conn, token string) dbus.ObjectPath {
	sender := strings.ReplaceAll(strings.TrimPrefix(conn.Names()[0], ":"), ".", "_")
	return portalRequests + dbus.ObjectPath("/"+sender+"/"+token)
}

// closeRequest takes a dialog back that nobody waits for any more, so that no picture is taken later.
func closeRequest(conn *dbus.Conn, request dbus.ObjectPath) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Object(portalName, request).CallWithContext(ctx, requestClose, 0).Err
}

// response reads what a Response signal says: (u code, a{sv} results).
func response(body []any) (uri string, err error) {
	var code uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(body, &code, &results); err != nil {
		return "", fmt.Errorf("its answer cannot be read: %w", err)
	}
	switch code {
	case responseDone:
	case responseRefused:
		return "", ErrRefused
	default:
		return "", errors.New("it ended without a picture")
	}
	uri, ok := results["uri"].Value().(string)
	if !ok {
		return "", errors.New("its answer has no picture")
	}
	return uri, nil
}

// portalTrouble is an error of the bus in words.
func portalTrouble(err error) error {
	var answer dbus.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("%w: %w", errBusEnded, err)
	}
	switch strings.TrimPrefix(answer.Name, "org.freedesktop.DBus.Error.") {
	case "ServiceUnknown", "NameHasNoOwner":
		return errors.New("there is none in this session")
	case "UnknownMethod", "UnknownInterface", "UnknownObject":
		return errors.New("the one in this session takes no pictures of the screen")
	case "AccessDenied":
		return ErrRefused
	}
	return errors.New(oneLine(answer.Error()))
}

// takeFile reads the picture that a portal has left, and removes it: people have their screenshots' folder copied to
// other computers. An answer may name any file. So one that is not the person's own, is older than the question, or is
// no picture is left where it is, and named.
func takeFile(uri string, asked time.Time, remove func(string) error) ([]Picture, error) {
	const coarse = 2 * time.Second // as some file systems' clocks are
	address, err := url.Parse(uri)
	if err != nil || address.Scheme != "file" || address.Host != "" && address.Host != "localhost" || address.Path == "" {
		return nil, errors.New("its picture is not a file of this computer")
	}
	path := address.Path
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is %w", oneLine(path), errNotAFile)
	case !isOurs(info), info.ModTime().Before(asked.Add(-coarse)):
		return nil, fmt.Errorf("it names %s, which is no new picture of yours, and is left where it is", oneLine(path))
	}
	data, err := readBounded(path)
	var pictures []Picture
	if err == nil {
		pictures, err = one(data)
	}
	if err != nil {
		return nil, &finalError{fmt.Errorf("the desktop portal has left %s, which is no picture that can be read, and stays where it is; does it show your screen? %w", oneLine(path), err)}
	}
	if err := remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, &finalError{fmt.Errorf("the desktop portal has left a picture of your screen, which cannot be removed: %w", err)}
	}
	return pictures, nil
}
