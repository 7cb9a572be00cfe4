package config_test

import (
	"fmt"
	"testing"
	"time"

	"syndicated/config"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		form string // what it prints as; empty: an error
	}{
		{"90s", 90 * time.Second, "1m30s"},
		{"15m", 15 * time.Minute, "15m"},
		{"1h", time.Hour, "1h"},
		{"7d", 7 * 24 * time.Hour, "7d"},
		{"1d12h", 36 * time.Hour, "1d12h"},
		{"1.5d", 36 * time.Hour, "1d12h"},
		{"1d90m", 25*time.Hour + 30*time.Minute, "1d1h30m"},
		{"250ms", 250 * time.Millisecond, "250ms"},
		{"0", 0, "0s"},
		{"", 0, ""},
		{"d", 0, ""},
		{"-1h", 0, ""},
		{"-1d", 0, ""},
		{"1d-12h", 0, ""},
		{"5", 0, ""},
		{"1w", 0, ""},
		{"5 minutes", 0, ""},
		{"1dd", 0, ""},
		{"1h1d", 0, ""},
		{"200000d", 0, ""},
		{"106751d25h", 0, ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got, err := config.ParseDuration(test.text)
			if (err != nil) != (test.form == "") || got.Std() != test.want {
				t.Fatalf("got %v, %v, want %v", got.Std(), err, test.want)
			}
			if err == nil && got.String() != test.form {
				t.Errorf("prints as %q, want %q", got, test.form)
			}
		})
	}
}

func TestParseForms(t *testing.T) {
	rate := func(s string) (fmt.Stringer, error) { r, err := config.ParseRate(s); return r, err }
	quota := func(s string) (fmt.Stringer, error) { r, err := config.ParseQuota(s); return r, err }
	quiet := func(s string) (fmt.Stringer, error) { r, err := config.ParseQuiet(s); return r, err }
	tests := []struct {
		name  string
		parse func(string) (fmt.Stringer, error)
		text  string
		want  string // empty: an error
	}{
		{"rate", rate, "6/h", "6/1h"},
		{"rate", rate, "1 / 10m", "1/10m"},
		{"rate", rate, "50/day", "50/1d"},
		{"rate", rate, "0/h", ""},
		{"rate", rate, "-1/h", ""},
		{"rate", rate, "6", ""},
		{"rate", rate, "6/0s", ""},
		{"rate", rate, "99999999999/h", ""},
		{"quota", quota, "500/month", "500/month"},
		{"quota", quota, "20/d", "20/day"},
		{"quota", quota, "20/h", ""},
		{"quota", quota, "x/day", ""},
		{"quiet", quiet, "22:00-07:00 Europe/Brussels", "22:00-07:00 Europe/Brussels"},
		{"quiet", quiet, "00:00-24:00", ""},
		{"quiet", quiet, "20:00-24:00", "20:00-00:00 UTC"},
		{"quiet", quiet, "22-7", ""},
		{"quiet", quiet, "22:00-22:00", ""},
		{"quiet", quiet, "22:00-07:00 Nowhere/Land", ""},
		{"quiet", quiet, "22:00", ""},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.text, func(t *testing.T) {
			v, err := test.parse(test.text)
			got := v.String()
			if (err != nil) != (test.want == "") || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestQuietUntil(t *testing.T) {
	night, err := config.ParseQuiet("22:00-07:00 Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	noon, err := config.ParseQuiet("12:00-13:30")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		quiet config.Quiet
		at    string
		want  string // empty: not quiet
	}{
		{"evening", night, "2026-01-10T21:30:00Z", "2026-01-11T06:00:00Z"},
		{"morning", night, "2026-01-11T05:59:59Z", "2026-01-11T06:00:00Z"},
		{"its end", night, "2026-01-11T06:00:00Z", ""},
		{"day", night, "2026-01-11T12:00:00Z", ""},
		{"night of the clock change", night, "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"},
		{"noon", noon, "2026-01-11T12:00:00Z", "2026-01-11T13:30:00Z"},
		{"after noon", noon, "2026-01-11T13:30:00Z", ""},
		{"none", config.Quiet{}, "2026-01-11T13:30:00Z", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			end, ok := test.quiet.Until(at)
			got := ""
			if ok {
				got = end.Format(time.RFC3339)
			}
			if got != test.want {
				t.Errorf("quiet until %q, want %q", got, test.want)
			}
		})
	}
}

func TestStorePrints(t *testing.T) {
	tests := []struct{ store, want string }{
		{"syndicated.db", "syndicated.db"},
		{"redis://localhost:6379/0", "redis://localhost:6379/0"},
		{"redis://:p@ss/w?rd@db.example/0", "redis://***@db.example/0"},
		{"redis://db.example?password=x", "redis://db.example?***"},
	}
	for _, test := range tests {
		t.Run(test.store, func(t *testing.T) {
			if got := config.Store(test.store).String(); got != test.want {
				t.Errorf("prints as %q, want %q", got, test.want)
			}
		})
	}
}
