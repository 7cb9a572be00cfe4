package redis

import "strconv"

// reply walks over what a script returned: texts, numbers and nothings.
type reply struct{ rest []any }

func (r *reply) more() bool { return len(r.rest) > 0 }

func (r *reply) next() any {
	if len(r.rest) == 0 {
		return nil
	}
	v := r.rest[0]
	r.rest = r.rest[1:]
	return v
}

func (r *reply) text() string {
	switch v := r.next().(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// bytes is nil for nothing.
func (r *reply) bytes() []byte {
	if v, ok := r.next().(string); ok {
		return []byte(v)
	}
	return nil
}

func (r *reply) number() int64 {
	n, _ := strconv.ParseInt(r.text(), 10, 64)
	return n
}
