package vault

import (
	"context"
	"io/fs"
	"slices"
	"sync"
)

// Throwaway makes an empty vault in memory: nothing on disk, nothing in the
// keyring, gone with Close. Of the options it takes Now and Rand.
func Throwaway(o Options) *Vault {
	v := newVault(o)
	v.kind, v.files = KindThrowaway, &memory{}
	return v
}

// memory is a folder that nobody else sees.
type memory struct {
	mu   sync.Mutex
	held map[string][]byte
	made int64 // writes, for stamps
	when map[string]int64
	busy sync.Mutex
}

func (m *memory) read(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.held[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return slices.Clone(b), nil
}

func (m *memory) write(name string, data []byte, _ bool, check func([]byte) error) error {
	if check != nil {
		if err := check(data); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held, m.when = map[string][]byte{}, map[string]int64{}
	}
	m.made++
	m.held[name], m.when[name] = slices.Clone(data), m.made
	return nil
}

func (m *memory) stamp(name string) (stamp, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return stamp{changed: m.when[name]}, nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.held[name])
	delete(m.held, name)
	delete(m.when, name)
	return nil
}

func (m *memory) lock(ctx context.Context) (func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.busy.Lock()
	return m.busy.Unlock, nil
}
