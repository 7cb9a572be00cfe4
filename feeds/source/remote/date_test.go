package remote_test

import (
	"html"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/source/remote"
)

// published reads a date by way of an RSS item, zero when it was refused.
func published(t testing.TB, date string, zone *time.Location) time.Time {
	t.Helper()
	doc := `<rss version="2.0"><channel><item><guid>1</guid><pubDate>` + html.EscapeString(date) + `</pubDate></item></channel></rss>`
	feed, _, err := remote.Parse(remote.Document{Body: []byte(doc), Timezone: zone})
	if err != nil || len(feed.Posts) != 1 {
		t.Fatalf("%q: %d posts, %v", date, len(feed.Posts), err)
	}
	if feed.Posts[0].Inferred != feed.Posts[0].Published.IsZero() {
		t.Errorf("%q: inferred %v, published %v", date, feed.Posts[0].Inferred, feed.Posts[0].Published)
	}
	return feed.Posts[0].Published
}

func TestCorpusDates(t *testing.T) {
	var right, total int
	lines(t, filepath.Join(corpusDir(t), "dates.tsv"), func(line string) {
		f := strings.Split(line, "\t")
		if f[0] == "input" {
			return
		}
		total++
		got := published(t, strings.ReplaceAll(f[0], `\n`, "\n"), nil)
		switch f[1] {
		case "":
			if !got.IsZero() {
				t.Errorf("%q: got %v, want it refused", f[0], got)
				return
			}
		case "?":
			if got.IsZero() {
				t.Errorf("%q: refused, want a date", f[0])
				return
			}
		default:
			want, err := time.Parse(time.RFC3339, f[1])
			if err != nil {
				t.Fatal(err)
			}
			if !got.Truncate(time.Second).Equal(want) {
				t.Errorf("%q: got %v, want %v", f[0], got, want)
				return
			}
		}
		right++
	})
	t.Logf("dates: %d of %d right, none wrong", right, total)
}

func TestDates(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"zones of Asia and Australia", "Mon, 01 Jun 2026 12:00:00 JST", "2026-06-01T03:00:00Z"},
		{"half an hour", "Mon, 01 Jun 2026 12:00:00 IST", "2026-06-01T06:30:00Z"},
		{"AEST", "Mon, 01 Jun 2026 12:00:00 AEST", "2026-06-01T02:00:00Z"},
		{"MEZ", "Do, 01 Jan 2026 12:00:00 MEZ", "2026-01-01T11:00:00Z"},
		{"ET in summer", "Mon, 01 Jun 2026 12:00:00 ET", "2026-06-01T16:00:00Z"},
		{"slashes with the year first", "2020/1/10 14:33:00", "2020-01-10T14:33:00Z"},
		{"lower case", "2020-01-10t14:33:00z", "2020-01-10T14:33:00Z"},
		{"year of two digits", "12 Apr 26 10:00:00 +0000", "2026-04-12T10:00:00Z"},
		{"comment", "Tue, 10 Mar 2026 08:00:00 +0000 (UTC)", "2026-03-10T08:00:00Z"},
		{"GMT and offset", "Tue, 10 Mar 2026 08:00:00 GMT+02:00", "2026-03-10T06:00:00Z"},
		{"Sept", "10 Sept 2026 08:00 GMT", "2026-09-10T08:00:00Z"},
		{"the end of a day", "2026-03-10T24:00:00Z", "2026-03-11T00:00:00Z"},
		{"past the end of a day", "2026-03-10T24:00:01Z", ""},
		{"month of a year", "2006-01", "2006-01-01T00:00:00Z"},
		{"basic format", "20260310T080000Z", "2026-03-10T08:00:00Z"},
		{"milliseconds", "1520932969123", "2018-03-13T09:22:49Z"},
		{"week", "2026-W11-2", "2026-03-10T00:00:00Z"},
		{"leap second", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},
		{"a day that is not", "31 Jun 2026 10:00 GMT", ""},
		{"leap day", "29 Feb 2026 10:00 GMT", ""},
		{"Russian", "Вт, 10 марта 2026 08:00:00 +0300", "2026-03-10T05:00:00Z"},
		{"Polish", "wtorek, 10 marca 2026 08:00", "2026-03-10T08:00:00Z"},
		{"Spanish", "martes, 10 de marzo de 2026 08:00", "2026-03-10T08:00:00Z"},
		{"Korean", "2026년 3월 10일 08:00:00", "2026-03-10T08:00:00Z"},
		{"Korean afternoon", "2026-03-10 오후 8:00", "2026-03-10T20:00:00Z"},
		{"Chinese", "2026年3月10日 08:00", "2026-03-10T08:00:00Z"},
		{"German", "Dienstag, 10. März 2026 um 08:00 Uhr", "2026-03-10T08:00:00Z"},
		{"hyphens", "10-Mar-2026 08:00:00 GMT", "2026-03-10T08:00:00Z"},
		{"midnight of twelve hours", "10 Mar 2026 12:05 AM", "2026-03-10T00:05:00Z"},
		{"noon of twelve hours", "10 Mar 2026 12:05 PM", "2026-03-10T12:05:00Z"},
		{"a weekday decides", "Tue, 03/10/2026 08:00", "2026-03-10T08:00:00Z"},
		{"a weekday decides otherwise", "Sat, 03/10/2026 08:00", "2026-10-03T08:00:00Z"},
		{"words", "yesterday", ""},
		{"nothing", "   ", ""},
		{"a number", "42", ""},
		{"too many numbers", "10 11 12 13", ""},
		{"offset out of reach", "2026-03-10T08:00:00+25:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if d := published(t, c.in, nil); !d.IsZero() {
				got = d.Truncate(time.Second).Format(time.RFC3339)
			}
			if got != c.want {
				t.Errorf("%q: got %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestDateWithoutZoneIsInTheSourcesZone(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	for in, want := range map[string]string{
		"2026-03-10 08:00:00":             "2026-03-10T06:00:00Z",
		"2026-03-10T08:00:00Z":            "2026-03-10T08:00:00Z",
		"Tue, 10 Mar 2026 08:00:00 GMT":   "2026-03-10T08:00:00Z",
		"Tue, 10 Mar 2026 08:00:00 -0100": "2026-03-10T09:00:00Z",
	} {
		if got := published(t, in, zone).Format(time.RFC3339); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestAbbreviationOfTheSourcesZone(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		zone *time.Location
		want string
	}{{nil, "2026-03-10T14:00:00Z"}, {shanghai, "2026-03-10T00:00:00Z"}} {
		if got := published(t, "Tue, 10 Mar 2026 08:00:00 CST", c.zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%v: got %s, want %s", c.zone, got, c.want)
		}
	}
}

func TestFutureDatesAreNow(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	doc := `<rss><channel><item><guid>1</guid><pubDate>Tue, 03 Jun 2036 09:39:21 GMT</pubDate></item></channel></rss>`
	feed, notes, err := remote.Parse(remote.Document{Body: []byte(doc), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	p := feed.Posts[0]
	if !p.Published.Equal(now) || !p.Inferred || len(notes) != 1 {
		t.Errorf("got %v, inferred %v, notes %q", p.Published, p.Inferred, notes)
	}
}
