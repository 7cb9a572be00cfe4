package store

import (
	"io"
	"time"
)

// Restored reads a dump as that of a store which went on after it was written:
// what waited in it and was due by now may be out, and is asked for, or held,
// before it is sent. more are lines that are put at its end. Close it.
func Restored(r io.Reader, now time.Time, more ...Line) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		d, err := NewDumper(in, now)
		if err == nil {
			err = ReadDump(r, func(l Line) error {
				if m := l.Message; m != nil && m.State == Waiting && m.Attempted == 0 && m.Due <= now.UnixMilli() {
					m.Attempted, m.Try = max(m.Due, 1), max(m.Try, 1)
				}
				return d.Write(l)
			})
		}
		for _, l := range more {
			if err == nil {
				err = d.Write(l)
			}
		}
		if err == nil {
			err = d.Close()
		}
		in.CloseWithError(err)
	}()
	return out
}
