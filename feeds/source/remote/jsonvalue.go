package remote

import (
	"math"
	"strconv"
	"strings"
)

// value of JSON.
type value struct {
	kind    byte   // '{', '[', '"', '0' a number, 't' a boolean, 'n' null; 0 nothing
	text    string // of a string, decoded; of a number or boolean, as written
	members []member
	list    []value
}

type member struct {
	name string
	value
}

// get finds a member; nothing where there is none.
func (v value) get(name string) value {
	for i := range v.members {
		if v.members[i].name == name {
			return v.members[i].value
		}
	}
	return value{}
}

// str is a string, or what can stand for one; empty for anything else.
func (v value) str() string {
	switch v.kind {
	case '"':
		return strings.TrimSpace(v.text)
	case '0', 't':
		return v.text
	}
	return ""
}

func (v value) string(name string) string { return v.get(name).str() }

// number is a number that is not negative, or a string that holds one, else 0.
func (v value) number() float64 {
	n, err := strconv.ParseFloat(v.str(), 64)
	if err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0
	}
	return n
}

// items of a list; a single value stands for a list of one.
func (v value) items() []value {
	switch v.kind {
	case 0, 'n':
		return nil
	case '[':
		return v.list
	}
	return []value{v}
}
