package config

import (
	"encoding"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar reads one value: by its format, its UnmarshalText or its type.
func (r *reader) scalar(dst reflect.Value, k key, n *yaml.Node, path string) {
	text, ok := r.text(n, path, k.format == "header")
	if !ok {
		return
	}
	if k.off && (text == "off" || isOff(n)) {
		dst.SetZero()
		return
	}
	if len(k.enum) > 0 && !slices.Contains(k.enum, text) {
		r.fault(n, path, quote(n)+" is none of "+strings.Join(k.enum, ", "), meantOnly(n, k.enum))
		return
	}
	if text == "" && k.required {
		r.fault(n, path, "is empty", "set "+k.name+describe(k))
		return
	}
	if k.format != "" {
		r.formatted(dst, k, n, text, path)
		return
	}
	if u, ok := dst.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			r.fault(n, path, r.blunt(n, err, "cannot be read"), "")
		}
		return
	}
	switch kind := dst.Kind(); {
	case k.typ == durationType:
		d, err := ParseDuration(text)
		if err != nil {
			r.fault(n, path, quote(n)+" is no length of time", "write it as 90s, 15m, 2h or 7d")
			return
		}
		dst.SetInt(int64(d))
		if low, err := ParseDuration(k.min); k.min != "" && err == nil && d < low {
			r.fault(n, path, quote(n)+" is too short", "at least "+k.min)
		}
	case kind == reflect.String:
		if n.ShortTag() == "!!bool" && len(k.enum) == 0 {
			r.fault(n, path, "text is needed here, not true or false", "put it in quotes if it is meant so")
			return
		}
		dst.SetString(text)
	case kind == reflect.Bool:
		b, ok := truth(text)
		if !ok {
			r.fault(n, path, quote(n)+" is neither true nor false", "")
			return
		}
		dst.SetBool(b)
	case kind >= reflect.Int && kind <= reflect.Int64:
		i, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, dst.Type().Bits())
		if err != nil {
			r.fault(n, path, quote(n)+" is no whole number", "")
			return
		}
		dst.SetInt(i)
		r.bounds(k, n, path, float64(i))
	case kind == reflect.Float64 || kind == reflect.Float32:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			r.fault(n, path, quote(n)+" is no number", "")
			return
		}
		dst.SetFloat(f)
		r.bounds(k, n, path, f)
	default:
		r.fault(n, path, "one value is not what is needed here", "")
	}
}

func (r *reader) bounds(k key, n *yaml.Node, path string, v float64) {
	if low, err := strconv.ParseFloat(k.min, 64); err == nil && v < low {
		r.fault(n, path, quote(n)+" is too small", "at least "+k.min)
	}
	if high, err := strconv.ParseFloat(k.max, 64); err == nil && v > high {
		r.fault(n, path, quote(n)+" is too large", "at most "+k.max)
	}
}

// truth reads a bool; yes and no are what people write.
func truth(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// quote is a value as the file writes it: not what the environment put in, and
// without the password and the query of a URL.
func quote(n *yaml.Node) string {
	v := n.Value
	if scheme, rest, ok := strings.Cut(v, "://"); ok {
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = hidden + rest[at:]
		}
		if before, query, ok := strings.Cut(rest, "?"); ok && query != "" {
			rest = before + "?" + hidden
		}
		v = scheme + "://" + rest
	}
	return strconv.Quote(cut(v, 60))
}

// blunt is err, or, when it may repeat what came from the environment, general.
func (r *reader) blunt(n *yaml.Node, err error, general string) string {
	if strings.Contains(n.Value, "${") || hasPassword(n.Value) {
		return quote(n) + " " + general
	}
	return err.Error()
}

func hasPassword(s string) bool {
	u, err := url.Parse(s)
	return strings.Contains(s, "://") && (err != nil || u.User != nil || u.RawQuery != "")
}

func meantOnly(n *yaml.Node, words []string) string {
	if best := nearest(n.Value, words); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}
