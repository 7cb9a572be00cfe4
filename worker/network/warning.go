package network

// Warned puts a warning before the text of a message, for a network that has no
// field for it. write joins the two as readers see them, fits tells whether that
// is within the limit. Where it is not, the warning is cut, for the text was made
// to fit beside it but for what joins them; text alone is the last resort.
func Warned(warning, text string, write func(warning, text string) string, fits func(string) bool) string {
	if warning == "" {
		return text
	}
	out := write(warning, text)
	for rs := []rune(warning); !fits(out); {
		if len(rs) < 3 {
			return text
		}
		rs = rs[:len(rs)-1]
		out = write(string(rs[:len(rs)-1])+"…", text)
	}
	return out
}
