package remote

import (
	"strings"
	"time"
)

// zones are the abbreviations that feeds use, in minutes east of UTC. Where
// one stands for several zones, the one is taken that is seen in feeds.
var zones = map[string]int{
	"z": 0, "gmt": 0, "utc": 0, "ut": 0, "uct": 0, "wet": 0, "zulu": 0, "greenwich": 0,
	"bst": 60, "west": 60, "wat": 60, "cet": 60, "met": 60, "mez": 60, "mewt": 60,
	"cest": 120, "mest": 120, "mesz": 120, "eet": 120, "sast": 120, "cat": 120, "hec": 120,
	"eest": 180, "msk": 180, "eat": 180, "trt": 180, "idt": 180,
	"irst": 210, "msd": 240, "gst": 240, "samt": 240, "irdt": 270, "aft": 270,
	"pkt": 300, "yekt": 300, "uzt": 300, "ist": 330, "npt": 345, "omst": 360, "almt": 360, "mmt": 390,
	"ict": 420, "wib": 420, "krat": 420, "novt": 420,
	"awst": 480, "sgt": 480, "hkt": 480, "pht": 480, "myt": 480, "wita": 480, "irkt": 480,
	"jst": 540, "kst": 540, "wit": 540, "yakt": 540, "acst": 570,
	"aest": 600, "chst": 600, "vlat": 600, "acdt": 630, "aedt": 660, "magt": 660,
	"nzst": 720, "nzdt": 780,
	"azot": -60, "brst": -120, "fnt": -120, "brt": -180, "art": -180, "uyt": -180, "clst": -180, "ndt": -150, "nst": -210,
	"adt": -180, "ast": -240, "clt": -240, "bot": -240, "vet": -240, "edt": -240,
	"est": -300, "cdt": -300, "pet": -300, "cot": -300, "cst": -360, "mdt": -360, "mst": -420, "pdt": -420,
	"pst": -480, "akdt": -480, "akst": -540, "hdt": -540, "hst": -600, "hast": -600, "sst": -660,
}

// generic are zones whose offset depends on the date.
var generic = map[string]string{
	"at": "America/Halifax", "et": "America/New_York", "ct": "America/Chicago",
	"mt": "America/Denver", "pt": "America/Los_Angeles", "akt": "America/Anchorage",
}

// zone reads the name of a time zone. An abbreviation that the source's own
// zone has means that zone: CST is another one in Shanghai than in Chicago.
func zone(word string, own *time.Location) (*time.Location, bool) {
	if own != time.UTC && abbreviates(own, word) {
		return own, true
	}
	lower := strings.ToLower(word)
	if m, ok := zones[lower]; ok {
		return fixed(m * 60), true
	}
	if name, ok := generic[lower]; ok {
		word = name
	} else if !strings.Contains(word, "/") {
		return nil, false
	}
	// LoadLocation refuses what would leave its folder.
	loc, err := time.LoadLocation(word)
	return loc, err == nil
}

func fixed(seconds int) *time.Location {
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}

func abbreviates(own *time.Location, word string) bool {
	for _, month := range [...]time.Month{time.January, time.July} {
		if name, _ := time.Date(2026, month, 1, 0, 0, 0, 0, own).Zone(); name != "" && strings.EqualFold(name, word) {
			return true
		}
	}
	return false
}
