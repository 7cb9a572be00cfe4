package store

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// CheckName tells what is wrong with the name of a source, an account or a
// message: they become parts of keys, so that control characters are refused.
func CheckName(what, name string) error {
	if name == "" {
		return fmt.Errorf("%s: its name is empty", what)
	}
	if len(name) > 4096 {
		return fmt.Errorf("%s %q…: its name has %d bytes, 4096 is the limit", what, name[:64], len(name))
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return fmt.Errorf("%s %q: its name holds a control character or is not UTF-8", what, name)
	}
	return nil
}

// Check tells what no store could keep of o.
func (o Outcome) Check() error {
	for _, q := range o.Messages {
		if q.Message.ID != "" || q.Instead == nil {
			if err := CheckName("message", q.Message.ID); err != nil {
				return err
			}
		}
		if err := CheckName("account", q.Message.Account); err != nil {
			return fmt.Errorf("message %s: %w", q.Message.ID, err)
		}
		if q.Instead != nil {
			if err := CheckName("message", q.Instead.ID); err != nil {
				return fmt.Errorf("message %s instead of: %w", q.Message.ID, err)
			}
		}
	}
	for _, p := range o.Posts {
		if p.Key == "" {
			return fmt.Errorf("post %q of %s: it has no key", p.Link, p.Source)
		}
	}
	return nil
}
