package delivery

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
)

// ErrPasswordInURL refuses a password that everybody on the computer can read
// in the list of processes.
var ErrPasswordInURL = errors.New("a password in the URL can be read by others on this computer")

// mostPassword is how long, in bytes, a file with a password may be.
const mostPassword = 4 << 10

// address is where a transport sends, as its URL says.
type address struct {
	*url.URL
	query    url.Values
	password string
}

// parseAddress reads a URL whose password is in a file that it names. Its
// errors quote nothing but names of parameters.
func parseAddress(raw string, known ...string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return address{}, errors.New("want a URL with a host")
	}
	if _, has := u.User.Password(); has {
		return address{}, ErrPasswordInURL
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return address{}, errors.New("the URL has a path")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return address{}, errors.New("the URL's parameters are malformed")
	}
	for name, values := range query {
		if name == "password" {
			return address{}, ErrPasswordInURL
		}
		if !slices.Contains(known, name) && name != "password-file" {
			return address{}, fmt.Errorf("the URL has an unknown parameter %q; known are %s, password-file", name, strings.Join(known, ", "))
		}
		if len(values) > 1 {
			return address{}, fmt.Errorf("the URL has %q twice", name)
		}
	}
	a := address{URL: u, query: query}
	if file := query.Get("password-file"); file != "" {
		if u.User.Username() == "" {
			return address{}, errors.New("the URL has a password-file, and no user")
		}
		if a.password, err = readPassword(file); err != nil {
			return address{}, err
		}
	}
	return a, nil
}

// from is the sender. A number's plus, that reads as a space in a URL, is
// restored.
func (a address) from() string {
	from := a.query.Get("from")
	if rest, ok := strings.CutPrefix(from, " "); ok && rest != "" {
		return "+" + rest
	}
	return from
}

// shown is the address for the terminal: without user and parameters.
func (a address) shown() string { return a.Scheme + "://" + a.Host }

func (a address) loopback() bool {
	if strings.EqualFold(a.Hostname(), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(a.Hostname())
	return err == nil && ip.IsLoopback()
}

// port is what to dial at the host.
func (a address) port(otherwise string) string {
	if port := a.Port(); port != "" {
		return port
	}
	return otherwise
}

// readPassword gives the first line of a file.
func readPassword(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, mostPassword+1))
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	first = strings.TrimSuffix(first, "\r")
	if first == "" || len(content) > mostPassword {
		return "", fmt.Errorf("read password: %s has none on its first line", file)
	}
	return first, nil
}
