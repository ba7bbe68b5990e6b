package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// twilio sends by Twilio's API, version 2010-04-01.
type twilio struct {
	gateway
	at address
}

// Send creates a Message resource.
func (t *twilio) Send(ctx context.Context, m Message) error {
	account := t.at.User.Username()
	form := url.Values{"To": {m.To}, "Body": {m.Text}}
	if from := t.at.from(); strings.HasPrefix(from, "MG") {
		form.Set("MessagingServiceSid", from)
	} else {
		form.Set("From", from)
	}
	where := url.URL{Scheme: t.at.Scheme, Host: t.at.Host}
	where.Path = "/2010-04-01/Accounts/" + account + "/Messages.json"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, where.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return t.wrong(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(account, t.at.password)
	status, answer, err := t.ask(req)
	if err != nil {
		return err
	}
	return t.verdict(status, answer)
}

// verdict reads an answer. A message that was created may have failed already.
func (t *twilio) verdict(status int, answer string) error {
	var said struct {
		Code         json.Number `json:"code"`
		Message      string      `json:"message"`
		SID          string      `json:"sid"`
		ErrorCode    json.Number `json:"error_code"`
		ErrorMessage string      `json:"error_message"`
	}
	malformed := json.Unmarshal([]byte(answer), &said)
	switch {
	case status != http.StatusCreated && malformed == nil && said.Message != "":
		return t.wrong(answered(status, fmt.Sprintf("%s (Twilio's error %s)", said.Message, said.Code)))
	case status != http.StatusCreated:
		return t.wrong(answered(status, ""))
	case malformed != nil || said.SID == "":
		return t.wrong(fmt.Errorf("answered 201 with what is no message of Twilio's"))
	case said.ErrorCode != "":
		return t.wrong(answered(status, fmt.Sprintf("%s (Twilio's error %s)", said.ErrorMessage, said.ErrorCode)))
	}
	return nil
}
