package delivery

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// kannel sends by the sendsms interface of Kannel's smsbox (Kannel user guide,
// "SMS Push").
type kannel struct {
	gateway
	at address
}

// Send pushes one SMS. Kannel queues it, which counts as delivered.
func (k *kannel) Send(ctx context.Context, m Message) error {
	query := url.Values{
		"username": {k.at.User.Username()},
		"password": {k.at.password},
		"from":     {k.at.from()},
		"to":       {m.To},
		"text":     {m.Text},
		"charset":  {"UTF-8"},
	}
	if !fitsGSM7(m.Text) {
		query.Set("coding", "2") // UCS-2; Kannel would send question marks otherwise
	}
	where := url.URL{Scheme: k.at.Scheme, Host: k.at.Host, Path: "/cgi-bin/sendsms", RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where.String(), http.NoBody)
	if err != nil {
		return k.wrong(withoutURL(err))
	}
	status, answer, err := k.ask(req)
	if err != nil {
		return err
	}
	if status != http.StatusAccepted {
		return k.wrong(answered(status, answer))
	}
	return nil
}

// gsm7 is the default alphabet of SMS and its extension (3GPP TS 23.038,
// sections 6.2.1 and 6.2.1.1), without the escape and form feed.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
	"abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"

func fitsGSM7(text string) bool {
	for _, r := range text {
		if !strings.ContainsRune(gsm7, r) {
			return false
		}
	}
	return true
}
