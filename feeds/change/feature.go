package change

import "math"

// A feature is a number that says something of an edit whatever its language
// and whoever its author is. Most lie between 0 and some ones; sizes are natural
// logarithms of one more.
type feature int

const (
	featFresh      feature = iota // words of prose that are new and not just moved
	featLong                      // longest passage of new sentences, beyond some twenty words
	featNovel                     // words that the old text has nowhere
	featNumbers                   // new numbers in prose
	featAhead                     // a day to come is named that was not
	featState                     // new words that tell another state: no longer, cancelled
	featNotice                    // a remark is new: Note:, a box
	featCode                      // new words of code
	featNumberSwap                // a number in place of a number, within the same words
	featFact                      // nothing but a date, hour, price or share was replaced
	featFlip                      // nothing but a negation came or went
	featOld                       // age of the post, beyond some months
	featHunks                     // number of changes
	featSmall                     // all in all a handful of words
	featReworded                  // words that took the place of others
	featHeading                   // share of the new words in headings
	featRaw                       // share of the new words among markup that was not rendered
	featOffer                     // the new words ask to subscribe, buy, share, read on
	featTypo                      // the new words say that the edit is small
	featTranslated                // share of the changed words that were translated
	featTruncated                 // a teaser became the whole text, or the other way round

	// What follows is the author's own word that this is an update.
	featLabel      // an update label opens a new sentence
	featTitleState // the title tells another state
	featMarked     // words are marked as struck out or put in
	featSelf       // a new sentence speaks of an earlier version of the post
	featToday      // a new sentence names the day of the edit

	featCount // how many there are
)

// featureNames are for the fit and its readers.
var featureNames = [featCount]string{
	"fresh", "long", "novel", "numbers", "ahead", "state", "notice", "code", "number swap", "fact", "flip",
	"old", "hunks", "small", "reworded", "heading", "raw", "offer", "typo", "translated", "truncated",
	"label", "title state", "marked", "self", "today",
}

type vector [featCount]float64

func ln(v float64) float64 { return math.Log1p(max(0, v)) }

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
