package verifier_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/verifier"
)

// BenchmarkCode measures whole accepted codes on a file: counted, matched,
// spent, session and event written, and on disk before the answer.
func BenchmarkCode(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := newWorld(b, openSQLite(b, filepath.Join(b.TempDir(), "verifier.db")))
			people := make([]*person, clients)
			for n := range people {
				people[n] = w.enrolled(fmt.Sprintf("ada%d@example.com", n))
			}
			b.ResetTimer()
			b.StopTimer()
			for left := b.N; left > 0; left -= clients {
				w.advance(30 * time.Second)
				var all sync.WaitGroup
				var failed atomic.Value
				batch := people[:min(left, clients)]
				flows, codes := make([]string, len(batch)), make([]string, len(batch))
				for n, p := range batch {
					flows[n], codes[n] = w.signIn(p).ID, w.code(p, 0)
				}
				b.StartTimer()
				for n := range batch {
					all.Go(func() {
						if _, err := w.svc.Code(b.Context(), flows[n], verifier.Answer{Code: verifier.SecretOf(codes[n])}); err != nil {
							failed.Store(err)
						}
					})
				}
				all.Wait()
				b.StopTimer()
				if err := failed.Load(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "codes/s")
		})
	}
}
