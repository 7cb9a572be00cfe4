package x

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"syndicated/worker/network"
)

// micro is a millionth of a USD.
type micro int64

func (m micro) usd() float64 { return float64(m) / 1e6 }

// What calls cost (https://docs.x.com/x-api/getting-started/pricing, 2026).
const (
	costLink micro = 200_000 // a post with an address
	costText micro = 15_000  // a post without one
	costRead micro = 5_000   // a post or user that is read
)

// spending is what the vault keeps of a month.
type spending struct {
	Month string `json:"month"` // 2026-11, UTC
	Micro micro  `json:"micro_usd"`
	Posts int    `json:"posts"`
}

const vaultSpending = "spending"

// spent is what this month has cost so far.
func (a *Account) spent(ctx context.Context) (spending, error) {
	month := a.env.Now().UTC().Format("2006-01")
	b, err := a.env.Vault.Load(ctx, vaultSpending)
	if err != nil {
		return spending{}, fmt.Errorf("load what is spent: %w", err)
	}
	var s spending
	if len(b) > 0 {
		if err := json.Unmarshal(b, &s); err != nil {
			return spending{}, network.Stopped(fmt.Errorf("read what is spent: %w", err))
		}
	}
	if s.Month != month {
		s = spending{Month: month}
	}
	return s, nil
}

// spend writes down the cost of a post before it arises. It refuses what is
// beyond the budget until the next month begins.
func (a *Account) spend(ctx context.Context, cost micro) error {
	s, err := a.spent(ctx)
	if err != nil {
		return err
	}
	if (s.Micro + cost).usd() > a.c.Budget {
		now := a.env.Now().UTC()
		next := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		return network.After(fmt.Errorf("the budget of %.2f USD for %s is used up: %.2f spent, this costs %.3f; raise budget or wait for the next month",
			a.c.Budget, s.Month, s.Micro.usd(), cost.usd()), next)
	}
	return a.add(ctx, s, cost, 1)
}

// note writes down what reading costs. It is never refused: what is read settles
// whether a post is out that was paid for.
func (a *Account) note(ctx context.Context, cost micro) error {
	s, err := a.spent(ctx)
	if err != nil {
		return err
	}
	return a.add(ctx, s, cost, 0)
}

func (a *Account) add(ctx context.Context, s spending, cost micro, posts int) error {
	s.Micro, s.Posts = max(s.Micro+cost, 0), max(s.Posts+posts, 0)
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := a.env.Vault.Save(ctx, vaultSpending, b); err != nil {
		return fmt.Errorf("note what is spent: %w", err)
	}
	return nil
}

// refund takes back what a refused post did not cost. A note that cannot be
// written leaves the sum too high, which is the safe side.
func (a *Account) refund(ctx context.Context, cost micro) {
	ctx = context.WithoutCancel(ctx)
	s, err := a.spent(ctx)
	if err == nil {
		err = a.add(ctx, s, -cost, -1)
	}
	if err != nil {
		a.env.Log.Warn("cost of a refused post is counted", "account", a.env.Name, "err", err)
	}
}
