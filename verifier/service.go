package verifier

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"twofold/verifier/rollout"
)

// Options are what a Service is born with.
type Options struct {
	Rollout rollout.Rollout
	Sender  Sender    // carries e-mail and SMS; nil: every delivery fails
	URL     string    // where pages are, for links in mail, without a slash at the end
	Clock   *Clock    // nil: the machine's clock
	Rand    io.Reader // nil: crypto/rand; must be safe for concurrent use
	Key     Secret    // KeySize bytes that seal secrets at rest; a new one each start loses what was sealed before
}

// KeySize is the length of Options.Key in bytes.
const KeySize = 32

// Service is the verifier. Its methods are the nouns of the HTTP API; pages and
// API call the same ones. Refusals come back as *Refusal, anything else is a
// fault.
type Service struct {
	store   Store
	rollout atomic.Pointer[rollout.Rollout]
	ruling  sync.Mutex // held by who changes the roll-out
	sender  Sender
	url     string
	clock   *Clock
	rand    io.Reader
	sealer  sealer
	hasher  *hasher
	doors   *stripes
	watch   watchers
}

// New joins a store and a roll-out that was checked.
func New(store Store, o Options) *Service {
	if o.Clock == nil {
		o.Clock = NewClock(nil)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Sender == nil {
		o.Sender = nowhere{}
	}
	s := &Service{
		store:  store,
		sender: o.Sender,
		url:    o.URL,
		clock:  o.Clock,
		rand:   o.Rand,
		sealer: sealer{key: o.Key, rand: o.Rand},
		hasher: newHasher(o.Rand, min(4, runtime.GOMAXPROCS(0))),
		doors:  newStripes(),
		watch:  watchers{wake: map[chan struct{}]struct{}{}},
	}
	s.rollout.Store(&o.Rollout)
	return s
}

// Rollout is the policy in force.
func (s *Service) Rollout() rollout.Rollout { return *s.rules() }

// rules is the policy in force; nobody changes what it points to.
func (s *Service) rules() *rollout.Rollout { return s.rollout.Load() }

// Clock is the clock that everything here goes by.
func (s *Service) Clock() *Clock { return s.clock }

// token makes a bearer credential: 256 random bits as URL-safe text.
func (s *Service) token() (Secret, error) {
	raw, err := randomSecret(s.rand, 32)
	if err != nil {
		return Secret{}, err
	}
	return SecretOf(base64.RawURLEncoding.EncodeToString(raw.Reveal())), nil
}

// id makes a name for a record: 128 random bits, no credential.
func (s *Service) id() (string, error) {
	raw, err := randomSecret(s.rand, 16)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw.Reveal()), nil
}

// update is store.Update with the time of the change, that wakes those who
// follow the events and lets messages leave once the change is durable. It gives
// the refusal of a change that was denied.
func (s *Service) update(ctx context.Context, change func(*work) error) error {
	var done *work
	err := s.store.Update(ctx, func(tx Tx) error {
		done = &work{Tx: tx, now: s.clock.Now()} // anew, should the store run it again
		return change(done)
	})
	if err != nil {
		return err
	}
	s.watch.notify()
	for _, m := range done.notices {
		s.sender.Post(m)
	}
	if done.denied != nil {
		return done.denied
	}
	return nil
}

// watchers are those who wait for events.
type watchers struct {
	mu   sync.Mutex
	wake map[chan struct{}]struct{}
}

func (w *watchers) add() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan struct{}, 1)
	w.wake[ch] = struct{}{}
	return ch
}

func (w *watchers) remove(ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.wake, ch)
}

func (w *watchers) notify() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.wake {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
