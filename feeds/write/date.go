package write

import "time"

// earliest is the oldest date that validators take for a date rather than for
// a mistake (ImplausibleDate).
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// present is t, brought back if it lies after now: by a day where a time zone
// was wrong or a post is announced, by years where the year was. It depends on
// now as little as can be, so that a document keeps its bytes. One whose day
// has come shows its own date.
func present(t, now time.Time) time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	if now.IsZero() || t.IsZero() || !t.After(now) {
		return t
	}
	if back := t.AddDate(0, 0, -2); !back.After(now) {
		if day := t.AddDate(0, 0, -1); !day.After(now) {
			return day
		}
		return back
	}
	for years := t.Year() - now.Year(); ; years++ {
		if back := t.AddDate(-years, 0, 0); !back.After(now) {
			return back
		}
	}
}

func plausible(t time.Time) bool { return !t.Before(earliest) }

// rfc822 is t as RSS 2.0 wants it, or "" if it is unknown or would be taken for
// a mistake.
func rfc822(t time.Time) string {
	if !plausible(t) {
		return ""
	}
	return t.UTC().Format(time.RFC1123Z)
}

// rfc3339 is t as Atom and JSON Feed want it.
func rfc3339(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.999999Z07:00")
}
