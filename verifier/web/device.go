package web

import (
	"net/http"
	"time"

	"twofold/verifier"
)

// device is a trusted device as its owner sees it.
type device struct {
	ID, Name            string
	Added, Used, Expiry time.Time
}

func devices(trusted []verifier.Device) []device {
	var list []device
	for _, d := range trusted {
		name := d.Name
		if name == "" {
			name = "A device without a name"
		}
		list = append(list, device{ID: d.ID, Name: name, Added: d.Created, Used: d.Used, Expiry: d.Expires})
	}
	return list
}

// TrustsDevices reports whether the roll-out lets devices be trusted.
func (v view) TrustsDevices() bool { return v.Rollout.Device.Remember || v.Rollout.Device.Automatic }

func (h *handler) forgetDevice(w http.ResponseWriter, r *http.Request) {
	h.forgetTrust(w, r, func(session verifier.Secret) error {
		return h.svc.ForgetDevice(r.Context(), session, r.PathValue("id"))
	})
}

func (h *handler) forgetDevices(w http.ResponseWriter, r *http.Request) {
	h.forgetTrust(w, r, func(session verifier.Secret) error { return h.svc.ForgetDevices(r.Context(), session) })
}

func (h *handler) forgetTrust(w http.ResponseWriter, r *http.Request, forget func(session verifier.Secret) error) {
	if _, ok := h.holder(w, r); !ok {
		return
	}
	err := forget(h.kept(r, sessionCookie))
	if err != nil && !refusedFor(err, verifier.CauseDeviceUnknown) { // forgotten already: as good
		h.sessionOver(w, r, err)
		return
	}
	http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
}
