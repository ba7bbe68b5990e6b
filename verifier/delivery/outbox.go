package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// ErrRefused is the answer to a message that was refused on purpose.
var ErrRefused = errors.New("refused on purpose")

// ErrClosed is the answer of an outbox that was closed.
var ErrClosed = errors.New("the outbox is closed")

var errQueueFull = errors.New("too many messages wait to be sent")

// Transport carries messages out of the outbox: to an SMTP server, to an SMS
// gateway. It may be used by many at once.
type Transport interface {
	// Send hands m over, and gives up when ctx ends. Its error names no password.
	Send(ctx context.Context, m Message) error
	// Check reports whether the other side answers, without sending anything.
	Check(ctx context.Context) error
	// String is where it sends, without a password: for the terminal.
	String() string
}

// Options are what an Outbox is born with.
type Options struct {
	Now   func() time.Time // the verifier's clock; nil: time.Now
	Email Transport        // nil: e-mail stays in the outbox, and counts as delivered
	SMS   Transport        // nil: SMS stay in the outbox, and count as delivered
	Keep  int              // how many messages are kept, the newest; 0: 1000
	Log   *slog.Logger     // of messages that failed, without what they say; nil: none
}

const (
	defaultKeep   = 1000
	mostQueued    = 256
	sendTimeout   = 10 * time.Second       // for one message, whoever waits
	lookEach      = 200 * time.Millisecond // at the verifier's clock, while messages are late
	mostReason    = 300                    // bytes of a reason that a transport gave
	orderPatience = time.Minute            // by the verifier's clock: a message out of order goes then at the latest
)

// Outbox holds the newest messages in memory, never on disk, and hands them to
// transports. Its methods may be called by many at once. While something waits
// to be sent, one goroutine runs, that Close waits for.
type Outbox struct {
	now        func() time.Time
	log        *slog.Logger
	transports map[Channel]Transport
	keep       int

	life   context.Context // ends when Close has no patience left
	cancel context.CancelFunc
	busy   sync.WaitGroup // the goroutine, and callers of Send
	wake   chan struct{}

	mu      sync.Mutex
	faults  Faults
	last    uint64   // number of the last message
	entries []*entry // in order of arrival; those that wait, of writing
	parked  int      // how many of them wait on purpose
	queue   []*entry
	running bool
	closed  bool
	follow  map[chan struct{}]struct{}
}

// entry is a message in the outbox. The outbox's mutex guards it.
type entry struct {
	Message
	parked bool      // waits on purpose
	due    time.Time // goes no earlier
	yield  bool      // lets the next message to its recipient go first
	until  time.Time // but goes then at the latest
}

// New makes an empty outbox.
func New(o Options) *Outbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	box := &Outbox{
		now: o.Now, log: o.Log, keep: o.Keep, transports: map[Channel]Transport{},
		wake: make(chan struct{}, 1), follow: map[chan struct{}]struct{}{},
	}
	if o.Email != nil {
		box.transports[Email] = o.Email
	}
	if o.SMS != nil {
		box.transports[SMS] = o.SMS
	}
	box.life, box.cancel = context.WithCancel(context.Background())
	return box
}

// Send records m and hands it over; it returns when that is done, or after ten
// seconds. An error means that m was not delivered: it is ErrRefused,
// ErrClosed, or what the transport said. A message that is lost or late on
// purpose gives none.
func (o *Outbox) Send(ctx context.Context, m Message) error {
	going, err := o.take(m)
	if len(going) == 0 {
		return err
	}
	defer o.busy.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(o.life, cancel)()
	err = o.carry(ctx, going[0])
	for _, e := range going[1:] {
		_ = o.carry(ctx, e) // its own record says what became of it
	}
	return err
}

// take records m, as often as it shall go, and gives what its caller must carry
// now; o.busy then counts the caller.
func (o *Outbox) take(m Message) (going []*entry, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.changed()
	going, err = o.record(m)
	if len(going) > 0 {
		o.busy.Add(1)
	}
	return going, err
}

// Post records m and returns; the rest happens in the background. What became
// of m is in its record.
func (o *Outbox) Post(m Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.changed()
	going, _ := o.record(m)
	for _, e := range going {
		o.enqueue(e)
	}
}

// record puts m into the outbox, with the faults asked for, and gives what is
// for a transport now.
func (o *Outbox) record(m Message) (going []*entry, err error) {
	now := o.now()
	o.settle(now)
	if m.At.IsZero() {
		m.At = now
	}
	fault := o.faults.of(m.Channel)
	if o.closed {
		return nil, o.fail(o.add(m), ErrClosed)
	}
	if fault.Refused {
		return nil, o.fail(o.add(m), ErrRefused)
	}
	if fault.Lost {
		o.add(m).State = Lost
		return nil, nil
	}
	copies := 1
	if fault.Twice {
		copies = 2
	}
	yield := fault.OutOfOrder && !o.yielding(m)
	for range copies {
		e := o.add(m)
		e.due, e.yield = m.At.Add(fault.Late), yield
		e.until = e.due.Add(orderPatience)
		e.parked = yield || fault.Late > 0
		if e.parked {
			o.parked++
		} else {
			going = append(going, e)
		}
	}
	o.settle(now)
	if o.transports[m.Channel] != nil {
		return going, nil
	}
	for _, e := range going {
		o.arrive(e)
	}
	o.settle(now)
	return nil, nil
}

// add appends m to the outbox, from which the oldest may fall.
func (o *Outbox) add(m Message) *entry {
	o.last++
	m.ID, m.State, m.Error = fmt.Sprintf("%08d", o.last), Waiting, ""
	e := &entry{Message: m}
	o.entries = append(o.entries, e)
	if extra := len(o.entries) - o.keep; extra > 0 {
		for _, gone := range o.entries[:extra] {
			o.unpark(gone)
		}
		o.entries = slices.Delete(o.entries, 0, extra)
	}
	return e
}

// arrive makes e delivered.
func (o *Outbox) arrive(e *entry) {
	e.State = Delivered
	o.passed(e.Message)
}

// fail makes e failed and gives the error for whoever waits.
func (o *Outbox) fail(e *entry, cause error) error {
	failed := &failedError{cause: cause, reason: reason(e.Message, cause)}
	e.State, e.Error = Failed, failed.reason
	o.log.Warn("message not delivered", "channel", e.Channel, "to", Mask(e.Channel, e.To), "reason", failed.reason)
	return failed
}

// Messages lists the messages to an address or number, to everybody where to
// is empty, as they arrived: newest last. Those that wait on purpose stand where
// they were written, and move to the end when they go.
func (o *Outbox) Messages(to string) []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle(o.now())
	list := []Message{}
	for _, e := range o.entries {
		if to == "" || e.To == to {
			list = append(list, e.Message)
		}
	}
	return list
}

// Follow gives a channel that gets a value when the outbox changed, and the
// function that ends this.
func (o *Outbox) Follow() (changed <-chan struct{}, stop func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ch := make(chan struct{}, 1)
	o.follow[ch] = struct{}{}
	return ch, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.follow, ch)
	}
}

// Close takes no more messages and waits for those under way; once ctx ends,
// it breaks them off and gives the error of ctx. Messages that are late on
// purpose fail.
func (o *Outbox) Close(ctx context.Context) error {
	o.mu.Lock()
	o.closed = true
	for _, e := range o.entries {
		if o.unpark(e) {
			_ = o.fail(e, ErrClosed)
		}
	}
	o.changed()
	o.mu.Unlock()
	impatient := context.AfterFunc(ctx, o.cancel)
	o.busy.Wait()
	if impatient() {
		o.cancel()
		return nil
	}
	return ctx.Err()
}
