package worker_test

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/worker"
	"syndicated/worker/store"
)

// TestRestored restores a store from an export after which posts were told:
// none of them is told again without a look, and what is new is told.
func TestRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked, plain := &site{}, &full{}, &plain{}
		s.write("old", "<p>Old words.</p>")
		c := worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("asked", asked), account("plain", plain)}}
		st := open(t, "")
		b := start(t, st, c)
		time.Sleep(5 * time.Minute)
		s.write("one", "<p>It waits when the export is written.</p>")
		time.Sleep(90 * time.Second)
		var dump bytes.Buffer
		if err := st.Export(t.Context(), &dump); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		s.write("two", "<p>The export does not know of it.</p>")
		time.Sleep(5 * time.Minute)
		b.stop()
		_ = st.Close()
		if len(asked.sent()) != 2 || len(plain.sent()) != 2 {
			t.Fatalf("before the restoring: %q and %q", texts(asked.sent()), texts(plain.sent()))
		}

		st = open(t, "")
		defer st.Close()
		now := time.Now()
		if err := st.Import(t.Context(), store.Restored(&dump, now, worker.Restored(now))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s.write("three", "<p>Nobody can have heard of it.</p>")
		time.Sleep(time.Minute)
		b = start(t, st, c)
		time.Sleep(time.Hour)
		s.write("four", "<p>All is as it was before.</p>")
		time.Sleep(time.Hour)
		b.stop()
		want := []string{"post Post one", "post Post two", "post Post three", "post Post four"}
		for name, got := range map[string][]string{"asked": texts(asked.sent()), "plain": texts(plain.sent())} {
			if !slices.Equal(got, want) {
				t.Errorf("%s was told %q, want %q", name, got, want)
			}
		}
		for account, want := range map[string][]string{"asked": {"Post two"}, "plain": {"Post one", "Post two"}} {
			held, err := st.Messages(t.Context(), store.Filter{Account: account, State: store.OnHold})
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for _, e := range held {
				titles = append(titles, e.Message.Title)
			}
			slices.Sort(titles)
			if !slices.Equal(titles, want) {
				t.Errorf("%s: on hold are %q, want %q", account, titles, want)
			}
		}
	})
}
