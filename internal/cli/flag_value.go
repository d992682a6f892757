package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Given flag knows whether it is on the command line.
type Given struct{ flag *pflag.Flag }

// Changed reports whether the flag is on the command line.
func (g Given) Changed() bool { return g.flag.Changed }

// Name returns the name of the flag.
func (g Given) Name() string { return g.flag.Name }

func (g Given) self() *pflag.Flag { return g.flag }

// givenOf returns the flag of cmd with this name.
func givenOf(cmd *cobra.Command, name string) Given { return Given{cmd.Flags().Lookup(name)} }

// A Flag is the value of a flag of a command.
type Flag[T any] struct {
	Given
	Value T
}

// OrNil returns the value, or nil if the flag was not given, as a field of a PATCH.
func (f *Flag[T]) OrNil() *T {
	if !f.Changed() {
		return nil
	}
	return &f.Value
}

// StringFlag declares a flag that takes a text, and completes it with values.
func StringFlag(cmd *cobra.Command, name, usage string, values ...string) *Flag[string] {
	var f Flag[string]
	cmd.Flags().StringVar(&f.Value, name, "", usage)
	CompleteFlag(cmd, name, values...)
	f.Given = givenOf(cmd, name)
	return &f
}

// ChoiceFlag declares a flag that takes one of the values, in any case.
func ChoiceFlag(cmd *cobra.Command, name, usage string, values ...string) *Flag[string] {
	var f Flag[string]
	f.flag = cmd.Flags().VarPF(choice{&f.Value, values}, name, "", usage)
	CompleteFlag(cmd, name, values...)
	return &f
}

type choice struct {
	value *string
	known []string
}

func (c choice) String() string {
	if c.value == nil { // pflag asks the zero choice
		return ""
	}
	return *c.value
}

func (choice) Type() string { return "string" }

func (c choice) Set(s string) error {
	i := slices.IndexFunc(c.known, func(known string) bool { return strings.EqualFold(known, s) })
	if i < 0 {
		return errors.New("must be one of " + strings.Join(c.known, ", "))
	}
	*c.value = c.known[i]
	return nil
}

// StringsFlag declares a repeatable flag that takes a text, completed like an argument.
func StringsFlag(cmd *cobra.Command, name, usage string, complete cobra.CompletionFunc) *Flag[[]string] {
	var f Flag[[]string]
	cmd.Flags().StringArrayVar(&f.Value, name, nil, usage)
	CompleteFlagWith(cmd, name, complete)
	f.Given = givenOf(cmd, name)
	return &f
}

// PathFlag declares a flag that names a file. The shell completes it.
func PathFlag(cmd *cobra.Command, name, usage string) *Flag[string] {
	var f Flag[string]
	cmd.Flags().StringVar(&f.Value, name, "", usage)
	f.Given = givenOf(cmd, name)
	return &f
}

// ThingFlag declares a flag that names a thing, and completes it like an argument.
func ThingFlag(cmd *cobra.Command, name, usage string, complete cobra.CompletionFunc) *Flag[string] {
	var f Flag[string]
	cmd.Flags().StringVar(&f.Value, name, "", usage)
	CompleteFlagWith(cmd, name, complete)
	f.Given = givenOf(cmd, name)
	return &f
}

// BoolFlag declares a flag that is on or off.
func BoolFlag(cmd *cobra.Command, name, usage string) *Flag[bool] {
	var f Flag[bool]
	cmd.Flags().BoolVar(&f.Value, name, false, usage)
	f.Given = givenOf(cmd, name)
	return &f
}

// VarFlag declares a flag whose type T parses its values.
func VarFlag[T any, P interface {
	*T
	pflag.Value
}](cmd *cobra.Command, name, usage string, values ...string) *Flag[T] {
	var f Flag[T]
	f.flag = cmd.Flags().VarPF(P(&f.Value), name, "", usage)
	CompleteFlag(cmd, name, values...)
	return &f
}

// A BodyFile is the file of -f: the body of a request, which other flags override.
// App.Local reads it before the action of the command.
type BodyFile struct {
	dockerhub.Body
	Given
	name string
}

// BodyFlag declares -f for a command that sends a body.
func BodyFlag(cmd *cobra.Command) *BodyFile {
	var f BodyFile
	f.flag = cmd.Flags().VarPF((*bodyValue)(&f), "file", "f", "JSON `file` to send (-: standard input); flags override it")
	return &f
}

// A bodyValue is a BodyFile as the value of its flag.
type bodyValue BodyFile

func (f *bodyValue) String() string { return f.name }

func (*bodyValue) Type() string { return "string" }

func (f *bodyValue) Set(name string) error {
	f.name = name
	return nil
}

// readBody reads the file of -f, if cmd has one.
func (a *App) readBody(ctx context.Context, cmd *cobra.Command) error {
	flag := cmd.Flags().Lookup("file")
	if flag == nil || !flag.Changed {
		return nil
	}
	f, ok := flag.Value.(*bodyValue)
	if !ok {
		return nil
	}
	b, err := a.IO.ReadFile(ctx, f.name)
	if err == nil {
		err = CheckJSON(f.name, b)
	}
	if err == nil && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		err = fmt.Errorf("%s: expected a JSON object", f.name)
	}
	if err != nil {
		return NewUsageError(err)
	}
	f.Base = b
	return nil
}
