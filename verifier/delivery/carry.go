package delivery

import (
	"context"
	"slices"
	"time"
)

// enqueue leaves e to the goroutine.
func (o *Outbox) enqueue(e *entry) {
	if len(o.queue) >= mostQueued {
		_ = o.fail(e, errQueueFull)
		return
	}
	o.queue = append(o.queue, e)
}

// changed tells those who follow, and sees to it that the goroutine runs where
// it is needed.
func (o *Outbox) changed() {
	for ch := range o.follow {
		nudge(ch)
	}
	if !o.idle() && !o.running {
		o.running = true
		o.busy.Add(1)
		go o.run()
	}
	nudge(o.wake)
}

func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// run carries what is queued, and looks at the clock while messages are late,
// until there is nothing left to do.
func (o *Outbox) run() {
	defer o.busy.Done()
	for {
		for e := o.pop(); e != nil; e = o.pop() {
			_ = o.carry(o.life, e) // its record says what became of it
		}
		if o.stop() {
			return
		}
		look := time.NewTimer(lookEach)
		select {
		case <-o.wake:
		case <-look.C:
		}
		look.Stop()
		o.look()
	}
}

func (o *Outbox) pop() *entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return nil
	}
	e := o.queue[0]
	o.queue = slices.Delete(o.queue, 0, 1)
	return e
}

func (o *Outbox) stop() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.idle() {
		o.running = false
	}
	return !o.running
}

func (o *Outbox) idle() bool { return o.parked == 0 && len(o.queue) == 0 }

func (o *Outbox) look() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.settle(o.now()) {
		for ch := range o.follow {
			nudge(ch)
		}
	}
}

// carry hands e to its transport and records what became of it.
func (o *Outbox) carry(ctx context.Context, e *entry) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	o.mu.Lock()
	m := e.Message
	o.mu.Unlock()
	err := o.transports[m.Channel].Send(ctx, m)
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.changed()
	defer func() { o.settle(o.now()) }()
	if err != nil {
		o.passed(m)
		return o.fail(e, err)
	}
	o.arrive(e)
	return nil
}
