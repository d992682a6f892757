package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
)

// A Duration is the value of a flag for a length of time.
type Duration struct {
	Given
	Value time.Duration
	Text  string
}

func (d *Duration) String() string { return d.Text }

func (d *Duration) Type() string { return "duration" }

func (d *Duration) Set(s string) (err error) {
	d.Value, err = settings.ParseDuration(s)
	d.Text = s
	return err
}

func DurationFlag(cmd *cobra.Command, name, usage string) *Duration {
	return DefaultDurationFlag(cmd, name, "", usage, "7d", "14d", "30d", "90d")
}

// DefaultDurationFlag is DurationFlag with a default, completed with values.
func DefaultDurationFlag(cmd *cobra.Command, name, def, usage string, values ...string) *Duration {
	var d Duration
	if def != "" {
		Must(d.Set(def))
	}
	d.flag = cmd.Flags().VarPF(&d, name, "", usage)
	CompleteFlag(cmd, name, values...)
	return &d
}

// A Moment is the value of a flag for a point in time, in the future or the past.
type Moment struct {
	Given
	now  time.Time
	past bool          // durations count back from now
	day  time.Duration // offset of a date from the beginning of its day
	text string
	At   *dockerhub.Time // nil = not given; zero = never
}

func (m *Moment) String() string { return m.text }

func (m *Moment) Type() string { return "time" }

func (m *Moment) Set(s string) error {
	m.text = s
	if s == "never" && !m.past {
		m.At = &dockerhub.Time{}
		return nil
	}
	at, err := m.parse(s)
	switch {
	case err != nil && m.past:
		return errors.New("expected an age such as 90d, a date such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z")
	case err != nil:
		return errors.New("expected a duration such as 90d, a date such as 2027-01-31, or never")
	case m.past && at.After(m.now.Add(m.day)): // today counts as past
		return fmt.Errorf("%s is in the future", s)
	case !m.past && !at.After(m.now):
		return fmt.Errorf("%s is not in the future", s)
	}
	m.At = &dockerhub.Time{Time: at}
	return nil
}

// parse reads a date, a time or a duration.
func (m *Moment) parse(s string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day.Add(m.day), nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	d, err := settings.ParseDuration(s)
	if m.past {
		d = -d
	}
	return m.now.Add(d), err
}

// Or returns the moment, or def if none was given.
func (m *Moment) Or(def time.Time) time.Time {
	if m.At == nil {
		return def
	}
	return m.At.Time
}

const wholeDay = 24 * time.Hour

// MomentFlag declares a flag for a future time, completed with values. A date means the
// end of that day.
func MomentFlag(a *App, cmd *cobra.Command, name, usage string, values ...string) *Moment {
	m := Moment{now: a.Now, day: wholeDay - time.Second}
	m.flag = cmd.Flags().VarPF(&m, name, "", usage)
	CompleteFlag(cmd, name, values...)
	return &m
}

// PastFlag declares a flag for a past time. A date means the beginning of that day (UTC).
func PastFlag(a *App, cmd *cobra.Command, name, usage string) *Moment {
	m := Moment{now: a.Now, past: true}
	m.flag = cmd.Flags().VarPF(&m, name, "", usage)
	CompleteFlag(cmd, name, "7d", "30d", "90d", "365d")
	return &m
}

// UntilFlag is a PastFlag for the end of a period. A date means the end of that day.
func UntilFlag(a *App, cmd *cobra.Command, usage string) *Moment {
	m := PastFlag(a, cmd, "until", usage)
	m.day = wholeDay
	return m
}

// CompleteFlag completes a flag with values, never with file names.
func CompleteFlag(cmd *cobra.Command, name string, values ...string) {
	CompleteFlagFunc(cmd, name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// CompleteFlagFunc sets the completion of a flag. All other functions use it.
func CompleteFlagFunc(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	Must(cmd.RegisterFlagCompletionFunc(name, prefixed(complete)))
}

// CompleteFlagWith completes a flag like an argument.
func CompleteFlagWith(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	with := func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		cmd.Args = cobra.ArbitraryArgs // ignores the arguments of the command
		return complete(cmd, nil, typed)
	}
	CompleteFlagFunc(cmd, name, with)
}

// A listValue is the value of a flag with comma-separated items. Unlike pflag's
// type, it keeps empty items, so that they can be refused.
type listValue []string

func (l *listValue) String() string { return strings.Join(*l, ",") }

func (*listValue) Type() string { return "strings" }

func (l *listValue) GetSlice() []string { return *l }

func (l *listValue) Replace(s []string) error { *l = s; return nil }

func (l *listValue) Append(s string) error { *l = append(*l, s); return nil }

func (l *listValue) Set(s string) error {
	for item := range strings.SplitSeq(s, ",") {
		*l = append(*l, strings.TrimSpace(item))
	}
	return nil
}

// ListFlag declares a flag with comma-separated values, and completes each with values.
func ListFlag(cmd *cobra.Command, name, usage string, values ...string) *Flag[[]string] {
	f := listFlag(cmd, name, usage)
	CompleteFlagFunc(cmd, name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return furtherOf(values, typed), cobra.ShellCompDirectiveNoFileComp
	})
	return f
}

// ListFlagWith is ListFlag with a function that completes one value.
func ListFlagWith(cmd *cobra.Command, name, usage string, complete cobra.CompletionFunc) *Flag[[]string] {
	f := listFlag(cmd, name, usage)
	CompleteFlagWith(cmd, name,
		func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			at := strings.LastIndexByte(typed, ',') + 1
			values, directive := complete(cmd, args, typed[at:])
			for i := range values {
				values[i] = typed[:at] + values[i]
			}
			return values, directive
		})
	return f
}

func listFlag(cmd *cobra.Command, name, usage string) *Flag[[]string] {
	var f Flag[[]string]
	f.flag = cmd.Flags().VarPF((*listValue)(&f.Value), name, "", usage)
	return &f
}
