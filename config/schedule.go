package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when a source is read.
type Schedule struct {
	// Auto: by how often the source publishes; Next then says nothing.
	Auto bool
	next cron.Schedule
}

// Next is the first time after t, zero for an automatic schedule.
func (s Schedule) Next(t time.Time) time.Time {
	if s.next == nil {
		return time.Time{}
	}
	return s.next.Next(t)
}

// epoch is where it is tried whether a schedule ever fires: the five years
// that robfig/cron looks ahead hold a 29 February.
var epoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// ParseSchedule reads the words of a schedule: the five fields of cron,
// @hourly and its like, @every 15m, CRON_TZ=Zone in front, or auto. What
// robfig/cron accepts but never or wrongly runs is an error.
func ParseSchedule(s string) (Schedule, error) {
	words := strings.TrimSpace(s)
	if words == "auto" {
		return Schedule{Auto: true}, nil
	}
	if rest, ok := cutZone(words); ok {
		name, spec, more := strings.Cut(rest, " ")
		if _, err := location(name); err != nil {
			return Schedule{}, err
		}
		// robfig/cron slices out of range here.
		if spec = strings.TrimSpace(spec); !more || spec == "" {
			return Schedule{}, errors.New("a time zone and no schedule after it")
		}
		if _, twice := cutZone(spec); twice {
			return Schedule{}, errors.New("two time zones")
		}
		words = "CRON_TZ=" + name + " " + spec
	}
	if every, ok := strings.CutPrefix(words, "@every"); ok {
		// robfig/cron takes everything below a second, negatives too, as a second.
		d, err := ParseDuration(strings.TrimSpace(every))
		if err != nil {
			return Schedule{}, err
		}
		if d.Std() < time.Second {
			return Schedule{}, errors.New("more often than once a second")
		}
		return Schedule{next: cron.Every(d.Std())}, nil
	}
	next, err := parseCron(words)
	if err != nil {
		return Schedule{}, err
	}
	if next.Next(epoch).IsZero() {
		return Schedule{}, errors.New("a day that never comes")
	}
	return Schedule{next: next}, nil
}

func cutZone(s string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "CRON_TZ="); ok {
		return rest, true
	}
	return strings.CutPrefix(s, "TZ=")
}

func parseCron(words string) (s cron.Schedule, err error) {
	defer func() {
		if recover() != nil { // a settings file must not end the program
			s, err = nil, errors.New("cron cannot read it")
		}
	}()
	s, err = cron.ParseStandard(words)
	if err != nil {
		return nil, fmt.Errorf("cron cannot read it: %w", err)
	}
	return s, nil
}

// Every is the interval of an @every schedule; ok is false for any other.
func (s Schedule) Every() (d time.Duration, ok bool) {
	c, ok := s.next.(cron.ConstantDelaySchedule)
	return c.Delay, ok
}

// DefaultSchedule is when a source is read that gives no schedule.
const DefaultSchedule = "@every 15m"
