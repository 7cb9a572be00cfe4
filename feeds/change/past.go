package change

import "slices"

// olderThanKnown finds the unknown posts that a source shows because it shows
// more of its past than before, and not because they were written since: they
// are older than every post that is known, by their date or, in a source that
// has the newest first, by their place.
// Where nothing has a date and nothing was written yet, that it has the newest
// first is only likely, so that a person is asked: unsure.
func (c *comparison) olderThanKnown() (past map[*item]bool, unsure bool) {
	const least = 3 // known posts, to go by
	var (
		dates []int64 // as remembered, in the order of the source
		last  = -1    // place of the last known post
		same  = map[int64]int{}
	)
	for _, it := range c.items {
		same[unix(it.post.Published)]++
		if it.rec != nil && !it.dup && it.how != again && !it.rec.is(flagDamaged) && it.rec.first < unix(c.o.Now) {
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
	sorted := slices.IsSortedFunc(dates, func(a, b int64) int { return int(max(-1, min(1, b-a))) })
	past = map[*item]bool{}
	for _, it := range c.items {
		if it.rec != nil {
			continue
		}
		published := unix(it.post.Published)
		dated := published != 0 && same[published] < least // else every post was given a new date
		past[it] = dated && published < oldest || sorted && it.at > last && (!dated || published <= newest) && (!unsure || published == 0)
	}
	return past, unsure
}
