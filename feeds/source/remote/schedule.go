package remote

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// updatePeriod reads the syndication module: so many times a period.
func (r *reader) updatePeriod(period, frequency string) {
	var d time.Duration
	switch strings.ToLower(period) {
	case "hourly":
		d = time.Hour
	case "daily":
		d = 24 * time.Hour
	case "weekly":
		d = 7 * 24 * time.Hour
	case "monthly":
		d = 30 * 24 * time.Hour
	case "yearly":
		d = 365 * 24 * time.Hour
	default:
		return
	}
	if n, err := strconv.Atoi(frequency); err == nil && n > 1 {
		d /= time.Duration(n)
	}
	r.feed.TTL = max(r.feed.TTL, d)
}

func skipHours(list []string) []int {
	var hours []int
	for _, s := range list {
		// 24 is midnight in RSS 0.91.
		if h, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && h >= 0 && h <= 24 && !slices.Contains(hours, h%24) {
			hours = append(hours, h%24)
		}
	}
	if len(hours) == 24 {
		return nil // it cannot be meant
	}
	return hours
}

func skipDays(list []string) []time.Weekday {
	var days []time.Weekday
	for _, s := range list {
		if d, ok := weekday(strings.ToLower(strings.TrimSpace(s))); ok && !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	if len(days) == 7 {
		return nil
	}
	return days
}
