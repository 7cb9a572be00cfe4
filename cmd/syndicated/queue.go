package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"syndicated/worker/store"
)

const queueUse = `queue list [-state waiting|held|dead|sent] [-account NAME]   what waits, is held, was given up or sent
queue show ID        one message, whole
queue retry ID…      send held or given up messages now
queue release ID…    the same, for messages held for review
queue hold ID…       keep waiting messages back
queue drop ID…       never send them
queue resume ACCOUNT let a stopped account send again`

func runQueue(ctx context.Context, e env, args []string) int {
	f := flags(e, "queue")
	c := commonFlags(f)
	state := f.String("state", "", "list only `waiting`, held, dead or sent")
	account := f.String("account", "", "list only this `account`")
	asJSON := f.Bool("json", false, "print JSON, one message a line")
	reason := f.String("reason", "by hand", "kept in the post's story")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) == 0 {
		rest = []string{"list"}
	}
	switch store.State(*state) {
	case "", store.Waiting, store.OnHold, store.IsDead, store.IsSent:
	default:
		return wrongUse(e, "-state is %q; it is waiting, held, dead or sent", *state)
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	d, err := openDesk(ctx, e, c, s)
	if err != nil {
		return fail(e, err)
	}
	defer func() { _ = d.Close() }()
	q := queue{e, d, *asJSON, *reason}
	verb, ids := rest[0], rest[1:]
	switch {
	case verb == "list" && len(ids) == 0:
		err = q.list(ctx, store.Filter{Account: *account, State: store.State(*state)})
	case verb == "show" && len(ids) == 1:
		err = q.show(ctx, ids[0])
	case verb == "resume" && len(ids) == 1:
		err = q.resume(ctx, ids[0])
	case len(ids) > 0 && (verb == "retry" || verb == "release" || verb == "hold" || verb == "drop"):
		err = q.each(ctx, verb, ids)
	default:
		return wrongUse(e, "%q is not understood:\n%s", strings.Join(rest, " "), queueUse)
	}
	if err != nil {
		return fail(e, err)
	}
	return exitOK
}

type queue struct {
	e      env
	desk   desk
	json   bool
	reason string
}

func (q queue) list(ctx context.Context, f store.Filter) error {
	states := []store.State{store.Waiting, store.OnHold, store.IsDead}
	if f.State != "" {
		states = []store.State{f.State}
	}
	w := tabwriter.NewWriter(q.e.stdout, 0, 4, 2, ' ', 0)
	n := 0
	for _, st := range states {
		f.State = st
		entries, err := q.desk.Messages(ctx, f)
		if err != nil {
			return err
		}
		for _, x := range entries {
			if n++; n == 1 && !q.json {
				fmt.Fprintln(w, "MESSAGE\tSTATE\tACCOUNT\tKIND\tDUE\tTITLE\tREASON")
			}
			if err := q.line(w, x); err != nil {
				return err
			}
		}
	}
	if n == 0 && !q.json {
		fmt.Fprintln(w, "nothing waits, is held or was given up")
	}
	return w.Flush()
}

func (q queue) line(w *tabwriter.Writer, x store.Entry) error {
	if q.json {
		return json.NewEncoder(q.e.stdout).Encode(x)
	}
	due := "-"
	if !x.Due.IsZero() && x.State == store.Waiting {
		due = x.Due.UTC().Format(time.DateTime)
	}
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Message.ID, x.State, x.Message.Account, x.Message.Kind, due, x.Message.Title, x.Reason)
	return err
}

func (q queue) show(ctx context.Context, id string) error {
	x, found, err := q.desk.Message(ctx, id)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no message %s", id)
	}
	enc := json.NewEncoder(q.e.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x)
}

func (q queue) resume(ctx context.Context, account string) error {
	now, err := q.desk.Now(ctx)
	if err != nil {
		return err
	}
	if err := q.desk.Resume(ctx, now, account); err != nil {
		return err
	}
	fmt.Fprintf(q.e.stdout, "%s may send again\n", account)
	return nil
}

// each does a verb to messages, saying first what it will do.
func (q queue) each(ctx context.Context, verb string, ids []string) error {
	var faults []error
	for _, id := range ids {
		x, found, err := q.desk.Message(ctx, id)
		switch {
		case err != nil:
			return err
		case !found:
			faults = append(faults, fmt.Errorf("there is no message %s", id))
			continue
		}
		fmt.Fprintf(q.e.stdout, "%s: %s\n", id, will(verb, x))
		now, err := q.desk.Now(ctx)
		if err != nil {
			return err
		}
		var ok bool
		switch verb {
		case "retry", "release":
			ok, err = q.desk.Requeue(ctx, now, id, q.reason)
		case "hold":
			ok, err = q.desk.HoldMessage(ctx, now, id, q.reason)
		case "drop":
			ok, err = q.desk.Drop(ctx, now, id, q.reason)
		}
		if err != nil {
			return err
		}
		if !ok {
			faults = append(faults, fmt.Errorf("%s cannot be done to message %s: it is %s", verb, id, x.State))
		}
	}
	return errors.Join(faults...)
}

// will says what a verb does to a message.
func will(verb string, x store.Entry) string {
	who := fmt.Sprintf("%q to %s", or(x.Message.Title, x.Message.Text), x.Message.Account)
	switch verb {
	case "drop":
		return who + " will never be sent"
	case "hold":
		return who + " waits until it is released"
	}
	if !x.Attempted.IsZero() {
		return who + " may be out since " + x.Attempted.UTC().Format(time.DateTime) + "; where the network can be asked it is asked first, otherwise it is sent now"
	}
	return who + " is sent as soon as its account may"
}
