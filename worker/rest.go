package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"syndicated/worker/network"
)

// askTime is how long a server may take to say who the account is.
const askTime = 20 * time.Second

// rest is until when a server wants to be left alone, as far as it told this
// process, whatever it was asked for. By the machine's clock.
type rest struct {
	mu sync.Mutex
	at time.Time
}

// note takes the time that an error of the network tells.
func (r *rest) note(err error) {
	_, at := network.ClassOf(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.After(r.at) {
		r.at = at
	}
}

// until is zero when the server may be asked.
func (r *rest) until() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.After(time.Now()) {
		return r.at
	}
	return time.Time{}
}

// ask asks the account's server who it is and what it allows, unless it rests.
func (a *Account) ask(ctx context.Context, p network.Prober) (network.Profile, error) {
	if until := a.rests.until(); !until.IsZero() {
		return network.Profile{}, network.After(fmt.Errorf("the server asked to wait until %s", until.UTC().Format(time.RFC3339)), until)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	profile, err := p.Probe(ctx)
	a.rests.note(err)
	return profile, err
}
