package web

import (
	"net/http"
	"slices"
	"strings"

	"twofold/verifier"
	"twofold/verifier/delivery"
)

// labMessagesShown is how many messages a page has.
const labMessagesShown = 20

// labOutboxPage is what the page of the outbox shows.
type labOutboxPage struct {
	None       bool // the server has no outbox
	Messages   []labMessage
	Paging     labPaging
	To         string
	Recipients []string
	Faulty     bool
}

// labMessage is a message in words.
type labMessage struct {
	delivery.Message
	Kind   string // e-mail or SMS
	Became string // what became of it
}

// labStatesOfMessages say what became of a message.
var labStatesOfMessages = map[delivery.State]string{
	delivery.Waiting:   "waiting",
	delivery.Delivered: "delivered",
	delivery.Lost:      "lost on purpose",
	delivery.Failed:    "failed",
}

func (h *handler) labOutbox(w http.ResponseWriter, r *http.Request) {
	v := h.labView(r, "outbox")
	page := labOutboxPage{None: h.options.Outbox == nil, To: strings.TrimSpace(r.URL.Query().Get("to"))}
	if !page.None {
		all := h.options.Outbox.Messages("")
		page.Recipients = labRecipients(all)
		page.Faulty = labAnyFault(h.options.Outbox.Faults())
		to := labRecipient(page.To)
		wanted := slices.DeleteFunc(slices.Clone(all), func(m delivery.Message) bool { return !strings.Contains(m.To, to) })
		slices.Reverse(wanted)
		var shown []delivery.Message
		shown, page.Paging = labPaged(r, wanted, labMessagesShown)
		for _, m := range shown {
			page.Messages = append(page.Messages, labMessageOf(m))
		}
	}
	v.Follow, v.Data = r.URL.Query().Get("follow") == "1", page
	h.lab(w, r, http.StatusOK, "outbox", v)
}

func labMessageOf(m delivery.Message) labMessage {
	out := labMessage{Message: m, Kind: "E-mail", Became: labStatesOfMessages[m.State]}
	if m.Channel == delivery.SMS {
		out.Kind = "SMS"
	}
	return out
}

// Digits reports whether the code is one to type, rather than a token or a
// password to copy.
func (m labMessage) Digits() bool {
	return m.Code != "" && strings.Trim(m.Code, "0123456789") == ""
}

// labRecipient is what was typed as messages have it, or as it is for a part of
// one.
func labRecipient(typed string) string {
	if email, err := verifier.CleanEmail(typed); err == nil {
		return email
	}
	if phone, err := verifier.CleanPhone(typed); err == nil {
		return phone
	}
	return strings.ToLower(typed)
}

// labRecipients are all that messages went to.
func labRecipients(messages []delivery.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.To)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// labNotDelivered is how many messages failed or were lost.
func labNotDelivered(messages []delivery.Message) (n int) {
	for _, m := range messages {
		if m.State == delivery.Failed || m.State == delivery.Lost {
			n++
		}
	}
	return n
}
