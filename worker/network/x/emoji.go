package x

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

const (
	joiner      = '\u200D'
	textStyle   = '\uFE0E'
	emojiStyle  = '\uFE0F'
	keycap      = '\u20E3'
	blackFlag   = 0x1F3F4
	lastTag     = 0xE007F
	firstLetter = 0x1F1E6 // regional indicator A
	lastLetter  = 0x1F1FF
)

// emoji is how many characters the emoji at the start of rs is made of, 0 if
// there is none.
func emoji(rs []rune) int {
	at := func(i int) rune {
		if i < len(rs) {
			return rs[i]
		}
		return 0
	}
	switch r := rs[0]; {
	case r >= firstLetter && r <= lastLetter:
		if s := at(1); s >= firstLetter && s <= lastLetter && flag(r, s) {
			return 2
		}
		return 1
	case r >= '0' && r <= '9' || r == '#' || r == '*':
		switch {
		case at(1) == keycap:
			return 2
		case at(1) == emojiStyle && at(2) == keycap:
			return 3
		}
		return 0
	}
	first := element(rs)
	parts, n := [][]rune{rs[:first]}, first
	for n > 0 && at(n) == joiner {
		more := element(rs[n+1:])
		if more == 0 {
			break
		}
		parts = append(parts, rs[n+1:n+1+more])
		n += 1 + more
	}
	if joined(parts) {
		return n
	}
	return first
}

// element is a pictograph with its style, its skin or its tags.
func element(rs []rune) int {
	if len(rs) == 0 || !unicode.Is(pictographs, rs[0]) || len(rs) > 1 && rs[1] == textStyle {
		return 0
	}
	n := 1
	if n < len(rs) && (rs[n] == emojiStyle && styled.has(rs[0]) || rs[n] >= 0x1F3FB && rs[n] <= 0x1F3FF && skinned.has(rs[0])) {
		n++
	}
	if rs[0] < 0x100 && n == 1 { // © and ® are emoji only when styled so
		return 0
	}
	if rs[0] == blackFlag {
		for i := n; i < len(rs) && rs[i] >= 0xE0020 && rs[i] <= lastTag; i++ {
			if rs[i] == lastTag && i > n {
				return i + 1
			}
		}
	}
	return n
}

// joinings are the emoji that X knows to be made of others, without the joiners
// between them: those of Emoji 11, the newest that its public code has. Should it
// know more by now, they are counted too long, which cuts early and is never refused.
var joinings = regexp.MustCompile(`^(?:` +
	`(?:👨👩|👨👨|👩👩|👨|👩)(?:👧👧|👧👦|👦👦|👧|👦)` + // families
	`|👩❤\x{FE0F}💋?[👨👩]|👨❤\x{FE0F}💋?👨` + // couples
	`|[👨👩][\x{1F3FB}-\x{1F3FF}]?(?:[⚕⚖✈]\x{FE0F}|[🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳])` + // professions, hair
	`|🏳\x{FE0F}🌈|🏴☠\x{FE0F}|👁🗨)$`)

func joined(parts [][]rune) bool {
	if len(parts) == 1 {
		return true
	}
	first, last := parts[0], parts[len(parts)-1]
	if s := string(last); len(parts) == 2 && (s == "♀\uFE0F" || s == "♂\uFE0F") {
		return gendered.has(first[0]) && (len(first) > 1 || !styled.has(first[0]))
	}
	return joinings.MatchString(string(slices.Concat(parts...)))
}

// flag reports whether two letters are the flag of a region.
func flag(a, b rune) bool {
	code := string([]rune{a - firstLetter + 'A', b - firstLetter + 'A'})
	switch code {
	case "AC", "CP", "DG", "EA", "EU", "IC", "TA", "UN", "XK":
		return true
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.String() == code
}

// pictographs are the characters that begin an emoji (emoji-data.txt,
// Extended_Pictographic, without what is reserved below U+1F000).
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00A9, 0x00A9, 1},
		{0x00AE, 0x00AE, 1},
		{0x203C, 0x203C, 1},
		{0x2049, 0x2049, 1},
		{0x2122, 0x2122, 1},
		{0x2139, 0x2139, 1},
		{0x2194, 0x2199, 1},
		{0x21A9, 0x21AA, 1},
		{0x231A, 0x231B, 1},
		{0x2328, 0x2328, 1},
		{0x23CF, 0x23CF, 1},
		{0x23E9, 0x23F3, 1},
		{0x23F8, 0x23FA, 1},
		{0x24C2, 0x24C2, 1},
		{0x25AA, 0x25AB, 1},
		{0x25B6, 0x25B6, 1},
		{0x25C0, 0x25C0, 1},
		{0x25FB, 0x25FE, 1},
		{0x2600, 0x27BF, 1},
		{0x2934, 0x2935, 1},
		{0x2B05, 0x2B07, 1},
		{0x2B1B, 0x2B1C, 1},
		{0x2B50, 0x2B50, 1},
		{0x2B55, 0x2B55, 1},
		{0x3030, 0x3030, 1},
		{0x303D, 0x303D, 1},
		{0x3297, 0x3297, 1},
		{0x3299, 0x3299, 1},
	},
	R32:         []unicode.Range32{{0x1F000, 0x1FAFF, 1}},
	LatinOffset: 2,
}

// ranges are characters, in rising order.
type ranges []span

// hex reads ranges from their hexadecimal form.
func hex(s string) (rs ranges) {
	for f := range strings.FieldsSeq(s) {
		a, b, two := strings.Cut(f, "-")
		from, _ := strconv.ParseUint(a, 16, 32)
		to := from
		if two {
			to, _ = strconv.ParseUint(b, 16, 32)
		}
		rs = append(rs, span{int(from), int(to)})
	}
	return rs
}

func (rs ranges) has(r rune) bool {
	_, found := slices.BinarySearchFunc(rs, int(r), func(s span, r int) int {
		switch {
		case s.to < r:
			return -1
		case s.from > r:
			return 1
		}
		return 0
	})
	return found
}

// What may stand in an emoji of version 11: styled are the pictographs that
// take U+FE0F, skinned those that take a skin tone, gendered those that are
// joined with a sign for woman or man.
var (
	styled = hex("a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 23cf 23ed-23ef 23f1-23f2 23f8-23fa 24c2 25aa-25ab " +
		"25b6 25c0 25fb-25fe 2600-2604 260e 2611 2614-2615 2618 261d 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640 " +
		"2642 2648-2653 265f-2660 2663 2665-2666 2668 267b 267f 2692-2697 2699 269b-269c 26a0-26a1 26aa-26ab 26b0-26b1 " +
		"26bd-26be 26c4-26c5 26c8 26cf 26d1 26d3-26d4 26e9-26ea 26f0-26f5 26f7-26fa 26fd 2702 2708-2709 270c-270d 270f " +
		"2712 2714 2716 271d 2721 2733-2734 2744 2747 2757 2763-2764 27a1 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 " +
		"303d 3297 3299 1f004 1f170-1f171 1f17e-1f17f 1f202 1f21a 1f22f 1f237 1f321 1f324-1f32c 1f336 1f37d 1f396-1f397 " +
		"1f399-1f39b 1f39e-1f39f 1f3cb-1f3ce 1f3d4-1f3df 1f3f3 1f3f5 1f3f7 1f43f 1f441 1f4fd 1f549-1f54a 1f56f-1f570 " +
		"1f573-1f579 1f587 1f58a-1f58d 1f590 1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1 " +
		"1f5e3 1f5e8 1f5ef 1f5f3 1f5fa 1f6cb 1f6cd-1f6cf 1f6e0-1f6e5 1f6e9 1f6f0 1f6f3")
	skinned = hex("261d 26f7 26f9 270a-270d 1f385 1f3c2-1f3c4 1f3c7 1f3ca-1f3cc 1f442-1f443 1f446-1f450 1f466-1f469 1f46e " +
		"1f470-1f478 1f47c 1f481-1f483 1f485-1f487 1f4aa 1f574-1f575 1f57a 1f590 1f595-1f596 1f645-1f647 1f64b-1f64f " +
		"1f6a3 1f6b4-1f6b6 1f6c0 1f6cc 1f918-1f91c 1f91e-1f91f 1f926 1f930-1f939 1f93d-1f93e 1f9b5-1f9b6 1f9b8-1f9b9 " +
		"1f9d1-1f9dd")
	gendered = hex("26f9 1f3c3-1f3c4 1f3ca 1f3cb-1f3cc 1f46e-1f46f 1f471 1f473 1f477 1f481-1f482 1f486-1f487 1f574-1f575 " +
		"1f645-1f647 1f64b 1f64d-1f64e 1f6a3 1f6b4-1f6b6 1f926 1f935 1f937-1f939 1f93c-1f93e 1f9b8-1f9b9 1f9d6-1f9df")
)
