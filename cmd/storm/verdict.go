package main

import (
	"fmt"
	"slices"
	"strings"
)

// ending is how the world looks at the end of a storm.
type ending struct {
	posts    []post // by source, oldest first
	accounts []account
}

// account is what one account shows and what the store says about it.
type account struct {
	name    string
	sure    bool // the network can be asked, or tells a repeat by itself
	shows   []shown
	kept    []kept
	strange []string
}

// score counts what became of the posts at one account.
type score struct {
	posts, once, held                         int
	lost, double, disorder, silent, unasked   int
	updates, told, updatesHeld, updatesMissed int
}

// broken counts what must not be.
func (s score) broken() int {
	return s.lost + s.double + s.disorder + s.silent + s.unasked + s.updatesMissed
}

// judge checks an account; faults are what broke, a line each.
//
//   - Each post of the storm is there once; none that was there before it is.
//   - The posts of a source come in their order.
//   - The last update of each post is told, in its message or in an answer to
//     it, and no update twice. A mended typo is told to nobody.
//   - Where the network cannot be asked, a post or an update may be missing, or
//     in doubt, if the store has it on hold and says why.
//   - Nothing waits, is given up or is dropped.
func (e ending) judge(a account) (s score, faults []string) {
	fault := func(n *int, format string, args ...any) {
		*n++
		faults = append(faults, a.name+": "+fmt.Sprintf(format, args...))
	}
	messages, answers := map[string][]shown{}, map[string][]shown{}
	for _, m := range a.shows {
		if m.reply {
			answers[m.post] = append(answers[m.post], m)
		} else {
			messages[m.post] = append(messages[m.post], m)
		}
	}
	stored := map[string][]kept{}
	for _, k := range a.kept {
		stored[k.post()] = append(stored[k.post()], k)
	}
	for _, p := range e.posts {
		name := p.name()
		there, held := messages[name], onHold(stored[name], false)
		for _, k := range stored[name] {
			switch k.State {
			case "waiting":
				fault(&s.silent, "%s: %s %s still waits: %s", name, k.Message.Kind, k.Message.ID, k.Reason)
			case "dead", "dropped":
				if k.Message.Kind == "update" && strings.HasPrefix(k.Reason, "told by ") {
					continue // the message that still waited has taken it in
				}
				fault(&s.silent, "%s: %s %s is %s: %s", name, k.Message.Kind, k.Message.ID, k.State, k.Reason)
			}
		}
		if p.first {
			if len(there)+len(answers[name]) > 0 {
				fault(&s.unasked, "%s was there before the storm and is shown %d times", name, len(there))
			}
			continue
		}
		s.posts++
		switch {
		case len(there) > 1:
			fault(&s.double, "%s is there %d times: %s", name, len(there), when(there))
		case a.sure && len(there) == 0:
			fault(&s.lost, "%s is not there; the store has %s", name, states(stored[name]))
		case a.sure && held != "":
			fault(&s.silent, "%s is on hold though the network can be asked: %s", name, held)
		case len(there) == 0 && held == "":
			fault(&s.lost, "%s is neither there nor on hold with a reason; the store has %s", name, states(stored[name]))
		case held != "":
			s.held++
		case !sent(stored[name]):
			fault(&s.silent, "%s is there and the store does not know; it has %s", name, states(stored[name]))
		default:
			s.once++
		}
		e.updates(p, a, there, answers[name], stored[name], &s, fault)
	}
	e.order(a, &s, fault)
	for _, what := range a.strange {
		fault(&s.unasked, "%s", what)
	}
	return s, faults
}

// updates checks what was told of the updates of a post.
func (e ending) updates(p post, a account, there, answers []shown, stored []kept, s *score, fault func(*int, string, ...any)) {
	name := p.name()
	if len(p.updates) == 0 {
		if n := len(answers); n > 0 {
			fault(&s.unasked, "%s was never updated and has %d answers", name, n)
		}
		for _, m := range there {
			if m.edits > 0 && !p.mended {
				fault(&s.unasked, "%s was never changed and its message was edited", name)
			}
		}
		for _, k := range stored {
			if k.Message.Kind != "new" {
				fault(&s.unasked, "%s was never updated and has a message of kind %s: %s", name, k.Message.Kind, k.Message.ID)
			}
		}
		return
	}
	for i := range p.updates {
		word := mark(name, i)
		var told int
		for _, m := range slices.Concat(there, answers) {
			if strings.Contains(m.text, word) {
				told++
			}
		}
		last := i == len(p.updates)-1
		if told > 1 {
			fault(&s.double, "update %s is told %d times", word, told)
		}
		if !last {
			continue // what is overtaken by the next may be told with it
		}
		s.updates++
		switch {
		case told > 0:
			s.told++
		case !a.sure && (onHold(stored, true) != "" || onHold(stored, false) != ""):
			s.updatesHeld++
		default:
			fault(&s.updatesMissed, "update %s is told nowhere and not on hold; the store has %s", word, states(stored))
		}
	}
}

// order checks that the posts of a source come in their order.
func (e ending) order(a account, s *score, fault func(*int, string, ...any)) {
	newest := map[string]string{} // by source
	known := map[string]bool{}
	for _, m := range a.shows {
		if m.reply || m.post == "" || known[m.post] {
			continue
		}
		known[m.post] = true
		source := m.post[:3]
		if m.post < newest[source] {
			fault(&s.disorder, "%s comes after %s", m.post, newest[source])
			continue
		}
		newest[source] = m.post
	}
}

// onHold is why the message about a post, or about its update, is on hold.
func onHold(stored []kept, update bool) string {
	for _, k := range stored {
		if k.State == "held" && (k.Message.Kind == "update") == update {
			return k.Reason
		}
	}
	return ""
}

func sent(stored []kept) bool {
	return slices.ContainsFunc(stored, func(k kept) bool { return k.State == "sent" && k.Message.Kind == "new" })
}

func states(stored []kept) string {
	if len(stored) == 0 {
		return "nothing"
	}
	var out []string
	for _, k := range stored {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s (%s) %s", k.Message.Kind, k.State, k.Message.ID, k.Reason)))
	}
	return strings.Join(out, "; ")
}

func when(there []shown) string {
	var out []string
	for _, m := range there {
		out = append(out, m.id+" at "+m.at.Format("15:04:05.000"))
	}
	return strings.Join(out, ", ")
}
