package network

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Ready is e with everything that it lacks: a client, the machine's clock, a
// log that goes nowhere, a vault that forgets when the process ends.
func (e Env) Ready() Env {
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.HTTP == nil {
		e.HTTP = NewClient(ClientOptions{Now: e.Now})
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	if e.Vault == nil {
		e.Vault = &Memory{}
	}
	return e
}

// Memory is a Vault that forgets when the process ends.
type Memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

// Load gives what was saved under key, nil if nothing was.
func (m *Memory) Load(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.values[key]), nil
}

// Save keeps value; nil forgets it.
func (m *Memory) Save(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	if value == nil {
		delete(m.values, key)
		return nil
	}
	m.values[key] = slices.Clone(value)
	return nil
}
