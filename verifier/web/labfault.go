package web

import (
	"net/http"
	"strings"
	"time"

	"twofold/verifier/delivery"
)

// labFaultsPage is what the page of faults shows.
type labFaultsPage struct {
	None     bool // the server has no outbox
	Channels []labChannel
}

// labChannel is a channel with its faults.
type labChannel struct {
	Name, Title string
	Late        string
	delivery.Fault
	Says string // what happens to a message now
}

func (h *handler) labFaults(w http.ResponseWriter, r *http.Request) {
	h.labFaultsForm(w, r, http.StatusOK, h.labView(r, "faults"))
}

func (h *handler) labFaultsForm(w http.ResponseWriter, r *http.Request, status int, v labView) {
	page := labFaultsPage{None: h.options.Outbox == nil}
	if !page.None {
		f := h.options.Outbox.Faults()
		page.Channels = []labChannel{labChannelOf("email", "E-mail", f.Email), labChannelOf("sms", "SMS", f.SMS)}
		for i, c := range page.Channels {
			if v.Typed("channel") == c.Name { // a form that was refused
				page.Channels[i].Late = v.Typed("late")
				page.Channels[i].Fault = labFaultOf(r, 0)
			}
		}
	}
	v.Data = page
	h.lab(w, r, status, "faults", v)
}

func labChannelOf(name, title string, f delivery.Fault) labChannel {
	c := labChannel{Name: name, Title: title, Fault: f, Says: labFaultSays(f)}
	if f.Late > 0 {
		c.Late = f.Late.String()
	}
	return c
}

// labFaultSays says what happens to a message, as delivery.Fault has it:
// refused beats lost, lost beats the rest.
func labFaultSays(f delivery.Fault) string {
	switch {
	case f.Refused:
		return "Each is refused; the person reads that it could not be sent."
	case f.Lost:
		return "Each is lost; nobody is told."
	}
	var says []string
	if f.Late > 0 {
		says = append(says, "arrives "+lasting(f.Late)+" late, by the verifier’s clock")
	}
	if f.Twice {
		says = append(says, "arrives twice")
	}
	if f.OutOfOrder {
		says = append(says, "lets the next one to the same person go first, for a minute at most")
	}
	if len(says) == 0 {
		return "Each is delivered."
	}
	return "Each " + strings.Join(says, ", and ") + "."
}

func labAnyFault(f delivery.Faults) bool { return f != delivery.Faults{} }

func labFaultOf(r *http.Request, late time.Duration) delivery.Fault {
	has := r.PostForm.Has
	return delivery.Fault{Late: late, Lost: has("lost"), Twice: has("twice"), OutOfOrder: has("out_of_order"), Refused: has("refused")}
}

func (h *handler) labSetFaults(w http.ResponseWriter, r *http.Request) {
	if h.options.Outbox == nil {
		h.message(w, r, notFound)
		return
	}
	faults := h.options.Outbox.Faults()
	late, err := labLate(r.PostForm.Get("late"))
	channel := r.PostForm.Get("channel")
	switch {
	case r.PostForm.Has("none"):
		faults, err = delivery.Faults{}, nil
	case channel == "email":
		faults.Email = labFaultOf(r, late)
	case channel == "sms":
		faults.SMS = labFaultOf(r, late)
	default:
		err = labSlipError("Choose a channel.")
		channel = ""
	}
	if err != nil {
		id := "main"
		if channel != "" {
			id = channel + "-late"
		}
		if v, status, ok := h.labAgain(w, r, "faults", id, err); ok {
			h.labFaultsForm(w, r, status, v)
		}
		return
	}
	h.options.Outbox.SetFaults(faults)
	labTo(w, r, "/lab/faults", "faults")
}

// labLate reads how late messages are to be; nothing is not at all.
func labLate(typed string) (time.Duration, error) {
	if strings.TrimSpace(typed) == "" {
		return 0, nil
	}
	late, err := labDuration(typed)
	if err == nil && late < 0 {
		err = labSlipError("Nothing is late by less than nothing: write 90s, 5m or 2h, or leave it empty.")
	}
	return late, err
}
