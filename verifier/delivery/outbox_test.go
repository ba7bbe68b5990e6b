package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"twofold/verifier/delivery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// clock is the verifier's, that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// box makes an outbox on a clock that stands at noon, and closes it in the end.
func box(t *testing.T, o delivery.Options) (*delivery.Outbox, *clock) {
	t.Helper()
	c := &clock{now: noon}
	o.Now = c.Now
	b := delivery.New(o)
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b, c
}

func code(text string) delivery.Message {
	return delivery.Message{Channel: delivery.Email, To: "ada@example.com", Subject: "Your code", Text: "It is " + text + ".", Code: text}
}

// line writes a list as "state:code" for comparing.
func line(list []delivery.Message) string {
	var words []string
	for _, m := range list {
		words = append(words, string(m.State)+":"+m.Code)
	}
	return strings.Join(words, " ")
}

func send(t *testing.T, b *delivery.Outbox, m delivery.Message) {
	t.Helper()
	if err := b.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, b *delivery.Outbox, want string) {
	t.Helper()
	if got := line(b.Messages("")); got != want {
		t.Errorf("outbox: %s, want %s", got, want)
	}
}

// wire is a transport that gives what went over it, and answers as it is told.
type wire struct {
	took   chan delivery.Message
	answer func(context.Context, delivery.Message) error
}

func newWire() *wire {
	return &wire{
		took:   make(chan delivery.Message, 1000),
		answer: func(context.Context, delivery.Message) error { return nil },
	}
}

func (w *wire) Send(ctx context.Context, m delivery.Message) error {
	if err := w.answer(ctx, m); err != nil {
		return err
	}
	w.took <- m
	return nil
}
func (*wire) Check(context.Context) error { return nil }
func (*wire) String() string              { return "wire" }

func TestMessagesAreReadByRecipientAsTheyCame(t *testing.T) {
	b, _ := box(t, delivery.Options{})
	send(t, b, code("111111"))
	b.Post(delivery.Message{Channel: delivery.SMS, To: "+491701234567", Code: "222222"})
	send(t, b, code("333333"))
	if got := line(b.Messages("ada@example.com")); got != "delivered:111111 delivered:333333" {
		t.Error(got)
	}
	if got := line(b.Messages("+491701234567")); got != "delivered:222222" {
		t.Error(got)
	}
	if got := b.Messages("ada@example.co"); len(got) != 0 || got == nil {
		t.Errorf("%v", got)
	}
	all := b.Messages("")
	if !slices.IsSortedFunc(all, func(a, b delivery.Message) int { return strings.Compare(a.ID, b.ID) }) || all[0].ID == all[1].ID {
		t.Errorf("ids don't grow: %v", all)
	}
	if !all[0].At.Equal(noon) {
		t.Errorf("a message without a time is of %v", all[0].At)
	}
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	b, _ := box(t, delivery.Options{Keep: 2})
	b.SetFaults(delivery.Faults{Email: delivery.Fault{Late: time.Hour}})
	b.Post(code("1"))
	b.SetFaults(delivery.Faults{})
	for n := 2; n < 5; n++ {
		b.Post(code(fmt.Sprint(n)))
	}
	holds(t, b, "delivered:3 delivered:4")
}

func TestFaultsHappenAsAskedFor(t *testing.T) {
	for _, way := range []string{"outbox", "transport"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var o delivery.Options
				w := newWire()
				if way == "transport" {
					o.Email = w
				}
				b, clock := box(t, o)
				fault := func(f delivery.Fault) { b.SetFaults(delivery.Faults{Email: f}) }
				move := func(d time.Duration) {
					clock.advance(d)
					time.Sleep(time.Second) // of the bubble
					synctest.Wait()
				}

				fault(delivery.Fault{Late: time.Minute})
				send(t, b, code("late"))
				move(59 * time.Second)
				holds(t, b, "waiting:late")
				fault(delivery.Fault{Twice: true})
				send(t, b, code("twice"))
				move(time.Second)
				holds(t, b, "delivered:twice delivered:twice delivered:late")

				fault(delivery.Fault{Lost: true})
				send(t, b, code("lost"))
				fault(delivery.Fault{Refused: true})
				if err := b.Send(t.Context(), code("no")); !errors.Is(err, delivery.ErrRefused) {
					t.Errorf("refused: %v", err)
				}
				b.Post(code("no"))
				holds(t, b, "delivered:twice delivered:twice delivered:late lost:lost failed:no failed:no")

				fault(delivery.Fault{OutOfOrder: true})
				send(t, b, code("first"))
				move(59 * time.Second)
				other := code("other")
				other.To = "eve@example.com"
				send(t, b, other)
				send(t, b, code("second"))
				move(0)
				if got := line(b.Messages("ada@example.com")[6:]); got != "delivered:second delivered:first" {
					t.Error(got)
				}
				if got := line(b.Messages("eve@example.com")); got != "waiting:other" {
					t.Error(got)
				}
				move(time.Minute) // nothing came after it
				if got := line(b.Messages("eve@example.com")); got != "delivered:other" {
					t.Error(got)
				}

				if way == "outbox" {
					return
				}
				close(w.took)
				var went []string
				for m := range w.took {
					went = append(went, m.Code)
				}
				if got := strings.Join(went, " "); got != "twice twice late second first other" {
					t.Errorf("the transport got: %s", got)
				}
			})
		})
	}
}

func TestFaultsAreOfOneChannel(t *testing.T) {
	b, _ := box(t, delivery.Options{})
	b.SetFaults(delivery.Faults{SMS: delivery.Fault{Lost: true}})
	send(t, b, code("1"))
	send(t, b, delivery.Message{Channel: delivery.SMS, To: "+491701234567", Code: "2"})
	holds(t, b, "delivered:1 lost:2")
	if f := b.Faults(); !f.SMS.Lost || f.Email.Lost {
		t.Errorf("%+v", f)
	}
}

// TestLateMessagesGoByAClockThatJumps reads the outbox without waiting for anybody to look at the clock.
func TestLateMessagesGoByAClockThatJumps(t *testing.T) {
	b, clock := box(t, delivery.Options{})
	b.SetFaults(delivery.Faults{Email: delivery.Fault{Late: 24 * time.Hour}})
	send(t, b, code("1"))
	clock.advance(-time.Hour)
	holds(t, b, "waiting:1")
	clock.advance(25 * time.Hour)
	holds(t, b, "delivered:1")
}

func TestMessageIsInTheOutboxBeforeItGoes(t *testing.T) {
	w := newWire()
	b, _ := box(t, delivery.Options{Email: w})
	entered, leave := make(chan struct{}), make(chan struct{})
	w.answer = func(context.Context, delivery.Message) error {
		entered <- struct{}{}
		<-leave
		return nil
	}
	b.Post(code("1"))
	<-entered
	holds(t, b, "waiting:1")
	changed, stop := b.Follow()
	defer stop()
	leave <- struct{}{}
	for line(b.Messages("")) != "delivered:1" {
		<-changed
	}
}

func TestFailureIsToldWithoutTheCode(t *testing.T) {
	var log strings.Builder
	w := newWire()
	w.answer = func(_ context.Context, m delivery.Message) error {
		return fmt.Errorf("554 spam:\r\n%q%s", m.Text, strings.Repeat("!", 1000))
	}
	b, _ := box(t, delivery.Options{Email: w, Log: textLog(&log)})
	err := b.Send(t.Context(), code("271828"))
	if err == nil {
		t.Fatal("no error")
	}
	m := b.Messages("")[0]
	if m.State != delivery.Failed || m.Error != err.Error() || len(m.Error) > 320 {
		t.Errorf("%v: %v", m.State, m.Error)
	}
	for _, text := range []string{err.Error(), log.String()} {
		if !strings.Contains(text, "554 spam: ") || strings.Contains(text, "271828") || strings.Contains(text, "ada@") || strings.ContainsAny(strings.TrimSpace(text), "\r\n") {
			t.Errorf("said: %s", text)
		}
	}
}

func TestSenderWaitsTenSecondsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.answer = func(ctx context.Context, _ delivery.Message) error { <-ctx.Done(); return ctx.Err() }
		b, _ := box(t, delivery.Options{Email: w})
		began := time.Now()
		if err := b.Send(t.Context(), code("1")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := b.Send(gone, code("2")); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		holds(t, b, "failed:1 failed:2")
	})
}

func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		leave := make(chan struct{})
		w.answer = func(context.Context, delivery.Message) error { <-leave; return nil }
		b, _ := box(t, delivery.Options{Email: w})
		b.Post(code("first"))
		synctest.Wait()
		for range 300 {
			b.Post(code("more"))
		}
		close(leave)
		synctest.Wait()
		counts := map[delivery.State]int{}
		for _, m := range b.Messages("") {
			counts[m.State]++
		}
		if counts[delivery.Delivered] != 257 || counts[delivery.Failed] != 44 {
			t.Errorf("%v", counts)
		}
	})
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.answer = func(ctx context.Context, _ delivery.Message) error {
			select {
			case <-time.After(3 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		b := delivery.New(delivery.Options{Email: w, Now: (&clock{now: noon}).Now})
		b.Post(code("1"))
		b.SetFaults(delivery.Faults{Email: delivery.Fault{Late: time.Hour}})
		b.Post(code("late"))
		if err := b.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := b.Send(t.Context(), code("after")); !errors.Is(err, delivery.ErrClosed) {
			t.Error(err)
		}
		b.Post(code("after"))
		holds(t, b, "delivered:1 failed:late failed:after failed:after")

		hasty := delivery.New(delivery.Options{Email: w})
		hasty.Post(code("1"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := hasty.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		holds(t, hasty, "failed:1")
	})
}

func TestManyAtOnceGetADeliveryEach(t *testing.T) {
	w := newWire()
	b, _ := box(t, delivery.Options{Email: w})
	b.SetFaults(delivery.Faults{Email: delivery.Fault{Twice: true}})
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() { send(t, b, code(fmt.Sprint(n))) })
		all.Go(func() { b.Post(code(fmt.Sprint(n))) })
		all.Go(func() { b.Messages("") })
	}
	all.Wait()
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.took) != 200 || len(b.Messages("")) != 200 {
		t.Errorf("%d went, %d are recorded", len(w.took), len(b.Messages("")))
	}
}
