package change

import (
	"cmp"
	"slices"
)

// olderThanKnown finds the unknown posts that a source shows because it shows
// more of its past than before, and not because they were written since: in a
// source that is in the order of time they stand beyond every post that is
// known, and their date, if they have one, agrees. A post that an author dates
// back stands elsewhere, and is new.
//
// Where nothing has a date and nothing was written yet, that the source has the
// newest first is only likely, so that a person is asked: unsure.
func (c *comparison) olderThanKnown() (past map[*item]bool, unsure bool) {
	const least = 3 // known posts, to go by
	var (
		dates       []int64 // as remembered, in the order of the source
		first, last = -1, -1
		same        = map[int64]int{}
	)
	for _, it := range c.items {
		same[unix(it.post.Published)]++
		if it.rec != nil && !it.dup && it.how != again && !it.rec.is(flagDamaged) && it.rec.first < unix(c.o.Now) {
			if first < 0 {
				first = it.at
			}
			last = it.at
			if !it.rec.is(flagPast) {
				dates = append(dates, it.rec.published)
			}
		}
	}
	if len(dates) < least {
		return nil, false
	}
	oldest, newest := slices.Min(dates), slices.Max(dates)
	unsure = oldest == newest
	falling := slices.IsSortedFunc(dates, func(a, b int64) int { return cmp.Compare(b, a) })
	rising := slices.IsSorted(dates) && !unsure
	past = map[*item]bool{}
	for _, it := range c.items {
		if it.rec != nil {
			continue
		}
		published := unix(it.post.Published)
		dated := published != 0 && same[published] < least // else every post was given a new date
		beyond := falling && it.at > last || rising && it.at < first
		switch {
		case dated:
			past[it] = published < oldest && (beyond || !falling && !rising)
		default:
			past[it] = beyond && (!unsure || published == 0)
		}
	}
	return past, unsure
}
