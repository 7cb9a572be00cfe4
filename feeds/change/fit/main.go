// Command fit fits the weights of the update detector to labelled pairs and
// prints them, with what they reach on blogs that they were not fitted to.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"syndicated/feeds/change"
)

type row struct {
	change.Pair
	x      []float64
	y      bool
	weight float64 // in the natural mix; 0 when drawn by hand
}

func main() {
	file := flag.String("pairs", "../shared/corpus/edits/open.jsonl", "labelled pairs")
	dump := flag.Bool("dump", false, "print the features")
	flag.Parse()
	rows, names, err := read(*file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *dump {
		for _, r := range rows {
			var b strings.Builder
			for i, v := range r.x {
				if v != 0 {
					fmt.Fprintf(&b, " %s=%.2f", strings.ReplaceAll(names[i], " ", "_"), v)
				}
			}
			fmt.Println(r.ID, r.Blog, r.Label, r.Class, b.String())
		}
		return
	}
	report(rows, names)
}

func read(path string) (rows []row, names []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var r row
		if err := json.Unmarshal(s.Bytes(), &r.Pair); err != nil {
			return nil, nil, err
		}
		names, r.x = change.Features(r.Pair)
		r.y = r.Label == "notify"
		if rest, ok := strings.CutPrefix(r.Draw, "stratum "); ok {
			if _, counts, ok := strings.Cut(rest, ": "); ok {
				n, of, _ := strings.Cut(counts, " of ")
				a, _ := strconv.ParseFloat(n, 64)
				b, _ := strconv.ParseFloat(of, 64)
				r.weight = b / a
			}
		}
		rows = append(rows, r)
	}
	return rows, names, s.Err()
}
