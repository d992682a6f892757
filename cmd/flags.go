package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
)

// A duration is the value of a flag that takes a time span with its unit.
type duration struct {
	d    time.Duration
	text string
	set  bool
}

func (d *duration) String() string { return d.text }
func (d *duration) Type() string   { return "duration" }

func (d *duration) Set(s string) (err error) {
	d.d, err = settings.ParseDuration(s)
	d.text, d.set = s, true
	return err
}

func durationFlag(cmd *cobra.Command, name, usage string) *duration {
	var d duration
	cmd.Flags().Var(&d, name, usage)
	completeFlag(cmd, name, "7d", "14d", "30d", "90d")
	return &d
}

// A moment is the value of a flag that takes a time to come.
type moment struct {
	now  time.Time
	text string
	at   *dockerhub.Time // nil = not given; zero = never
}

func (m *moment) String() string { return m.text }
func (m *moment) Type() string   { return "time" }

func (m *moment) Set(s string) error {
	m.text = s
	if s == "never" {
		m.at = &dockerhub.Time{}
		return nil
	}
	at, err := m.parse(s)
	if err != nil {
		return errors.New("want a time from now such as 90d, a date such as 2027-01-31, or never")
	}
	if !at.After(m.now) {
		return fmt.Errorf("%s is not in the future", s)
	}
	m.at = &dockerhub.Time{Time: at}
	return nil
}

// parse reads a day, which stands for its last second, a time, or a time from
// now.
func (m *moment) parse(s string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Second), nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	d, err := settings.ParseDuration(s)
	return m.now.Add(d), err
}

func momentFlag(a *app, cmd *cobra.Command, name, usage string) *moment {
	m := moment{now: a.now}
	cmd.Flags().Var(&m, name, usage)
	return &m
}

// A past is the value of a flag that takes a time gone by: a time span ago, a
// date, which stands for its first moment (UTC), or a time.
type past struct {
	now  time.Time
	text string
	at   time.Time
	set  bool
}

func (p *past) String() string { return p.text }
func (p *past) Type() string   { return "time" }

func (p *past) Set(s string) (err error) {
	p.text, p.set = s, true
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if p.at, err = time.Parse(form, s); err == nil {
			return nil
		}
	}
	d, err := settings.ParseDuration(s)
	if err != nil {
		return errors.New("want a time ago such as 90d, or a date such as 2026-01-31")
	}
	p.at = p.now.Add(-d)
	return nil
}

func pastFlag(a *app, cmd *cobra.Command, name, usage string) *past {
	p := past{now: a.now}
	cmd.Flags().Var(&p, name, usage)
	completeFlag(cmd, name, "7d", "30d", "90d", "365d")
	return &p
}

// completeFlag offers values for a flag, and never file names.
func completeFlag(cmd *cobra.Command, name string, values ...string) {
	must(cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
}

// completeFlagWith offers for a flag what complete offers for an argument.
func completeFlagWith(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	must(cmd.RegisterFlagCompletionFunc(name, func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		cmd.Args = cobra.ArbitraryArgs // however many the command itself takes
		return complete(cmd, nil, typed)
	}))
}
