package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"syndicated/config"
)

// load reads the settings file and prints its faults.
func load(e env, file string) (*config.Settings, bool) {
	s, err := config.Load(file, kinds(), e.getenv)
	if err == nil {
		return s, true
	}
	fmt.Fprintln(e.stderr, err)
	return nil, false
}

// logger writes to w as the settings and the command line ask.
func logger(e env, format string, l config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level)) // checked with the settings
	o := &slog.HandlerOptions{Level: level}
	if format == "" {
		format = l.Format
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(e.stderr, o))
	}
	return slog.New(slog.NewTextHandler(e.stderr, o))
}

// listen opens an address, or says which setting names it.
func listen(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; another program may use the address: choose another", key, err)
	}
	return l, nil
}

// server is an HTTP server for strangers: every phase has its limit.
func server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
