package api

import (
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

// tell is do for a call without an answer.
func (c *Client) tell(ctx context.Context, method, path, bearer string, body any) error {
	_, err := c.do(ctx, method, path, bearer, body)
	return err
}

// tomlText is a body that is no JSON.
type tomlText string

// send gives an answer that is no refusal; the caller closes its body.
func (c *Client) send(ctx context.Context, method, path, bearer string, body any) (*http.Response, error) {
	var sent io.Reader
	kind := "application/json"
	switch text, isTOML := body.(tomlText); {
	case isTOML:
		sent, kind = strings.NewReader(string(text)), typeTOML
	case body != nil:
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
		req.Header.Set("Content-Type", kind)
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

// route is what an error may say of a call: ids of flows and tokens of links
// stay out.
func route(method, path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 2 && (parts[1] == "flows" || parts[1] == "password-reset") {
		parts[2] = "{id}"
	}
	return method + " " + strings.Join(parts, "/")
}
