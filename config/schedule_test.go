package config_test

import (
	"testing"
	"time"

	"syndicated/config"
)

func TestParseSchedule(t *testing.T) {
	tests := []struct {
		words string
		want  string // the first time after 2026-01-01 00:00 UTC; empty: an error
	}{
		{"*/10 * * * *", "2026-01-01T00:10:00Z"},
		{"@hourly", "2026-01-01T01:00:00Z"},
		{"@every 15m", "2026-01-01T00:15:00Z"},
		{"@every 2d", "2026-01-03T00:00:00Z"},
		{"CRON_TZ=Europe/Brussels 0 6 * * *", "2026-01-01T05:00:00Z"},
		{"TZ=Asia/Tokyo  0 6 * * *", "2026-01-01T21:00:00Z"},
		{"0 0 29 2 *", "2028-02-29T00:00:00Z"},
		{"", ""},
		{"CRON_TZ=UTC", ""},
		{"CRON_TZ=UTC ", ""},
		{"CRON_TZ=Nowhere/Land 0 6 * * *", ""},
		{"CRON_TZ=UTC CRON_TZ=UTC", ""},
		{"CRON_TZ= 0 6 * * *", ""},
		{"@every -1h", ""},
		{"@every 10ms", ""},
		{"@every 0", ""},
		{"@every", ""},
		{"@reboot", ""},
		{"0 0 31 2 *", ""},
		{"0 0 31 4,6 *", ""},
		{"60 * * * *", ""},
		{"* * * *", ""},
		{"0 * * * * *", ""},
		{"*/0 * * * *", ""},
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range tests {
		t.Run(test.words, func(t *testing.T) {
			s, err := config.ParseSchedule(test.words)
			got := ""
			if err == nil {
				got = s.Next(start).UTC().Format(time.RFC3339)
			}
			if got != test.want {
				t.Errorf("next is %q (%v), want %q", got, err, test.want)
			}
		})
	}
	if s, err := config.ParseSchedule("auto"); err != nil || !s.Auto {
		t.Errorf("auto: %+v, %v", s, err)
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, s := range []string{"CRON_TZ=UTC", "*/10 * * * *", "@every 1h", "1-5/2 0 1,2 jan-mar mon"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := config.ParseSchedule(s); err == nil && !p.Auto {
			p.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		}
	})
}
