package settings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/internal/lockfile"
)

// Set writes a setting into the configuration file: at its top, or in a profile
// where one is named. File, folder and profile are made if they are missing.
// Every other byte of the file stays as it is. What the reader of the file would
// refuse is refused here, and nothing is written then.
func Set(ctx context.Context, path, profile, name, value string) error {
	c, err := setting(profile, name, &value)
	if err != nil {
		return err
	}
	_, err = c.write(ctx, path)
	return err
}

// Unset takes a setting out of the configuration file, with its line, and
// reports whether it was there.
func Unset(ctx context.Context, path, profile, name string) (found bool, err error) {
	c, err := setting(profile, name, nil)
	if err != nil {
		return false, err
	}
	return c.write(ctx, path)
}

// DeleteProfile takes a profile out of the configuration file. If it is the one
// that the file chooses, the file chooses none afterwards.
func DeleteProfile(ctx context.Context, path, name string) error {
	c, err := wholeProfile(name)
	if err != nil {
		return err
	}
	_, err = c.write(ctx, path)
	return err
}

// Preview is what the configuration file would hold after Set, or after Unset
// if value is nil.
func Preview(path, profile, name string, value *string) ([]byte, error) {
	c, err := setting(profile, name, value)
	if err != nil {
		return nil, err
	}
	old, err := lockfile.File{Path: path}.Read()
	if err != nil {
		return nil, err
	}
	text, _, err := c.edit(path, old)
	return text, err
}

// A change is what becomes of an entry of the configuration file.
type change struct {
	at      []string // its keys, the outermost first
	value   *string  // nil = it goes
	number  bool     // a number needs no quotes
	current string   // a profile that may not stay chosen
}

func setting(profile, name string, value *string) (change, error) {
	c := change{at: []string{name}, value: value}
	if profile != "" {
		c.at = []string{"profiles", profile, name}
	}
	if err := CheckProfile(profile); err != nil {
		return c, Error(fmt.Sprintf("%q: %v", profile, err))
	}
	k, err := inFile(name, profile != "")
	if err != nil {
		return c, Error(err.Error())
	}
	if value == nil {
		return c, nil
	}
	c.number = whole(0)(k.def) == nil
	if !utf8.ValidString(*value) || strings.ContainsFunc(*value, unicode.IsControl) {
		return c, Error(fmt.Sprintf("the value of %s has to be one line of text", name))
	}
	if k.check != nil && (*value != "" || k.def != "") { // as in Load
		if err := k.check(*value); err != nil {
			return c, bad(name, *value, "nothing was written", err)
		}
	}
	return c, nil
}

func wholeProfile(name string) (change, error) {
	if !profileName.MatchString(name) {
		return change{}, Error(fmt.Sprintf("%q is no name of a profile", name))
	}
	return change{at: []string{"profiles", name}, current: name}, nil
}

// write makes the change under the lock. Where there is no file and nothing to
// write, none is made.
func (c change) write(ctx context.Context, path string) (found bool, err error) {
	if path == "" {
		return false, Error("there is no place for a configuration file: neither HOME nor XDG_CONFIG_HOME is set, and --config names none")
	}
	file := lockfile.File{Path: path}
	if c.value == nil {
		if old, err := file.Read(); old == nil {
			return false, err
		}
	}
	err = file.Update(ctx, func(old []byte) (text []byte, err error) {
		text, found, err = c.edit(path, old)
		return text, err
	})
	if _, ours := errors.AsType[Error](err); err != nil && !ours {
		err = fmt.Errorf("the configuration file: %w", err)
	}
	return found, err
}

// edit makes the change to the content of a file. It returns no text that the
// reader would not understand as the old settings but for the change.
func (c change) edit(path string, old []byte) (text []byte, found bool, err error) {
	e, err := newEditor(path, old)
	if err != nil {
		return nil, false, err
	}
	want := e.file.flat()
	at := strings.Join(c.at, "/")
	was, found := want[at]
	switch {
	case c.value == nil && !found, found && c.value != nil && was == *c.value:
		return old, found, nil
	case c.value == nil:
		maps.DeleteFunc(want, func(k, _ string) bool { return k == at || strings.HasPrefix(k, at+"/") })
	default:
		want[at] = *c.value
		if len(c.at) > 1 {
			want[strings.Join(c.at[:2], "/")] = ""
		}
	}
	line, done := 1, true
	if c.value == nil {
		line, done = e.remove(c.at)
	} else {
		line, done = e.put(c.at, func(flow bool, style yaml.Style) string { return scalar(*c.value, c.number, style) })
	}
	if done {
		file, _, err := parseFile(path, e.text)
		done = err == nil && maps.Equal(file.flat(), want)
	}
	if !done {
		return nil, found, Error(fmt.Sprintf("%s:%d: the way this is written, hubctl cannot change %s without touching the rest: nothing was changed, use a text editor", path, line, strings.Join(c.at, ".")))
	}
	if c.current != "" && file(e).top["profile"].text == c.current {
		return change{at: []string{"profile"}}.edit(path, e.text)
	}
	return e.text, found, nil
}
