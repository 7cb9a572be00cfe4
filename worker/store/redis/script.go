package redis

import (
	"embed"
	"regexp"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed script/*.lua
var sources embed.FS

// These find scripts that use what script/tools.lua and script/record.lua, which
// needs the former, define. What is not needed costs time at every run.
var (
	usesTools  = regexp.MustCompile(`\b(get|put|add|match|find|sub|concat|format)\(`)
	usesRecord = regexp.MustCompile(`\b(message|account|raised)\(`)
)

// scripts of the store. Redis runs each without any other command in between.
type scripts struct {
	plan, forget, claimPolls, claimPoll, extendPoll, reschedule, commit,
	claim, attempt, extend, finish, move, resume,
	forgetNames, trimList, past, count *goredis.Script
}

// loadScripts reads the scripts; change, if not nil, is given each whole text.
func loadScripts(change func(name, text string) string) (*scripts, error) {
	read := func(name string) (string, error) {
		text, err := sources.ReadFile("script/" + name + ".lua")
		return string(text), err
	}
	tools, err := read("tools")
	if err != nil {
		return nil, err
	}
	record, err := read("record")
	if err != nil {
		return nil, err
	}
	s := &scripts{}
	for name, dest := range map[string]**goredis.Script{
		"plan": &s.plan, "forget": &s.forget, "claimpolls": &s.claimPolls, "claimpoll": &s.claimPoll,
		"extendpoll": &s.extendPoll, "reschedule": &s.reschedule, "commit": &s.commit,
		"claim": &s.claim, "attempt": &s.attempt, "extend": &s.extend, "finish": &s.finish,
		"move": &s.move, "resume": &s.resume,
		"forgetnames": &s.forgetNames, "trimlist": &s.trimList, "past": &s.past, "count": &s.count,
	} {
		code, err := read(name)
		if err != nil {
			return nil, err
		}
		if usesRecord.MatchString(code) {
			code = record + code
		}
		if usesTools.MatchString(code) {
			code = tools + code
		}
		if change != nil {
			code = change(name, code)
		}
		*dest = goredis.NewScript(code)
	}
	return s, nil
}
