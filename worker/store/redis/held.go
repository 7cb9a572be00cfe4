package redis

import (
	"context"
	"errors"
	"sync"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
)

// held is an account and the message at its head, as their records stand in
// Redis; it never changes. What was decided by them is written only if the
// account's still stands so: whoever changes a message that is leased ends the
// lease first.
type held struct {
	account accountRecord
	message record
	text    string // the account's record as it was read; empty if there is none
}

func parseHeld(name, account, id, message string) (h *held, err error) {
	h = &held{text: account}
	if account != "" {
		if h.account, err = parseAccount(name, account); err != nil {
			return h, err
		}
	}
	if message != "" {
		h.message, err = parseRecord(id, message)
		h.message.begin(&h.account)
	}
	return h, err
}

// holds are the leases of this process.
type holds struct {
	mu   sync.Mutex
	held map[string]*held // by account
}

// get gives nil where nothing is known.
func (m *holds) get(l *store.Lease) *held {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.held[l.Account]; h != nil && h.account.fence == l.Fence && h.message.id == l.Message.ID {
		return h
	}
	return nil
}

func (m *holds) set(account string, h *held) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[string]*held{}
	}
	m.held[account] = h
}

// renew notes an account's record after its lease was renewed, which goes on
// beside an attempt: the message's stays as it is by now.
func (m *holds) renew(l *store.Lease, text string) error {
	a, err := parseAccount(l.Account, text)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.held[l.Account]; h != nil && h.account.fence == l.Fence {
		m.held[l.Account] = &held{account: a, message: h.message, text: text}
	}
	return nil
}

// end forgets a lease, if it is still that of the account.
func (m *holds) end(l *store.Lease) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.held[l.Account]; h != nil && h.account.fence == l.Fence {
		delete(m.held, l.Account)
	}
}

type standing int

const (
	lost    standing = iota // by another's claim
	leased                  // still the lease's
	settled                 // by this lease
	taken                   // the same, and the next one was leased with it
)

// byTake is what leased says in an account's record when the lease came from
// settling the message before; more is the time of the attempt that began then.
const byTake = 2

func (h *held) stands(l *store.Lease) standing {
	switch a := h.account; {
	case a.fence == l.Fence+1 && a.leased >= byTake:
		return taken
	case a.fence != l.Fence || a.leased != 0 && h.message.id == "":
		return lost
	case a.leased != 0:
		return leased
	default:
		return settled
	}
}

// patient is how often records that others keep changing are read again.
const patient = 20

// decide lets do decide by the records of a lease, and again by newer ones as
// long as it says that they were not what it wrote on.
func (s *Store) decide(ctx context.Context, l *store.Lease, do func(*held) (done bool, err error)) error {
	h := s.holds.get(l)
	for range patient {
		if h == nil {
			var err error
			if h, err = s.readHeld(ctx, l.Account, l.Message.ID); err != nil {
				return err
			}
		}
		done, err := do(h)
		if err != nil {
			s.holds.end(l) // whether it was written is not known
		}
		if done || err != nil {
			return err
		}
		h = nil
	}
	return errors.New("others change its records all the time")
}

// readHeld reads the records of an account and of a message.
func (s *Store) readHeld(ctx context.Context, account, id string) (*held, error) {
	var texts [2]*goredis.StringCmd
	_, err := s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		texts[0], texts[1] = p.HGet(ctx, s.keys.of("accounts"), account), p.HGet(ctx, s.keys.of("messages"), id)
		return nil
	})
	if err != nil && !errors.Is(err, goredis.Nil) {
		return nil, err
	}
	return parseHeld(account, texts[0].Val(), id, texts[1].Val())
}
