package settings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/internal/lockfile"
)

// Create makes an empty configuration file unless there is one.
func Create(path string) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("the configuration file: %w", err)
	}
	return nil
}

// Set writes a setting to the configuration file: at its top, or in a profile. File, folder and
// profile are created if they do not exist. Comments stay, the layout may change. A setting that
// would make the file unreadable is refused, and nothing is written.
func Set(ctx context.Context, path, profile, name, value string) error {
	c, err := setting(profile, name, &value)
	if err != nil {
		return err
	}
	_, err = write(ctx, path, c)
	return err
}

// Unset removes a setting from the configuration file, and reports whether it was there. It
// removes unknown keys as well.
func Unset(ctx context.Context, path, profile, name string) (found bool, err error) {
	c, err := setting(profile, name, nil)
	if err != nil {
		return false, err
	}
	if found, err = write(ctx, path, c); !found && err == nil {
		err = placed(profile, name)
	}
	return found, err
}

// placed returns the reason why a setting of that name may not be in the file or in a profile, or
// nil.
func placed(profile, name string) error {
	if _, err := inFile(name, profile != ""); err != nil {
		return Error(err.Error())
	}
	return nil
}

// DeleteProfile removes a profile from the configuration file. If it is the default profile, there
// is none afterwards.
func DeleteProfile(ctx context.Context, path, name string) error {
	if !profileName().MatchString(name) {
		return Error(fmt.Sprintf("%q: %v", name, CheckProfile(name)))
	}
	_, err := write(ctx, path, change{at: []string{"profiles", name}}, change{at: []string{"profile"}, only: name})
	return err
}

// Preview returns the configuration file as Set would write it, or Unset if value is nil.
func Preview(path, profile, name string, value *string) ([]byte, error) {
	c, err := setting(profile, name, value)
	if err != nil {
		return nil, err
	}
	old, err := lockfile.File{Path: path}.Read()
	if err != nil {
		return nil, err
	}
	text, found, err := c.edit(path, old)
	if err == nil && !found && value == nil {
		err = placed(profile, name)
	}
	if file, _, wrong := parseFile(path, text); err == nil && wrong == nil {
		err = file.fault // which may be a secret, not to be shown
	}
	return text, err
}

// A Key describes a setting.
type Key struct {
	Name, Usage string
	File        bool // may stand in the file
	Profile     bool // may stand in a profile
}

// Keys returns all settings by name.
func Keys() []Key {
	var all []Key
	for _, k := range keys {
		all = append(all, Key{k.name, k.usage, !k.nowhere, k.profile})
	}
	return all
}

// A change sets or removes an entry of the configuration file.
type change struct {
	at     []string // its keys, the outermost first
	value  *string  // nil = remove it
	only   string   // remove it only if it has this value; "" = any
	number bool     // a number needs no quotes
}

func setting(profile, name string, value *string) (change, error) {
	c := change{at: []string{name}, value: value}
	if profile != "" {
		c.at = []string{"profiles", profile, name}
	}
	if err := CheckProfile(profile); err != nil {
		return c, Error(fmt.Sprintf("%q: %v", profile, err))
	}
	if value == nil && (name != "profiles" || profile != "") {
		return c, nil // unknown keys, too
	}
	k, err := inFile(name, profile != "")
	if err != nil {
		return c, Error(err.Error())
	}
	c.number = whole(0)(k.def) == nil
	breaks := func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }
	if !utf8.ValidString(*value) || strings.ContainsFunc(*value, breaks) {
		return c, Error(fmt.Sprintf("the value of %s must be one line of text", name))
	}
	if k.check != nil && (*value != "" || k.def != "") { // as in Load
		if err := k.check(*value); err != nil {
			return c, bad(name, *value, "nothing was written", err)
		}
	}
	return c, nil
}

// write makes all changes or none, under the lock. It does not create a file to remove from.
func write(ctx context.Context, path string, changes ...change) (found bool, err error) {
	if path == "" {
		return false, Error("no path for a configuration file: " +
			"neither HOME nor XDG_CONFIG_HOME is set (pass --config)")
	}
	file := lockfile.File{Path: path}
	if changes[0].value == nil {
		if old, err := file.Read(); old == nil {
			return false, err
		}
	}
	err = file.Update(ctx, func(text []byte) ([]byte, error) {
		for _, c := range changes {
			var had bool
			if text, had, err = c.edit(path, text); err != nil {
				return nil, err
			}
			found = found || had
		}
		return text, nil
	})
	if _, ours := errors.AsType[Error](err); err != nil && !ours {
		err = fmt.Errorf("the configuration file: %w", err)
	}
	return found, err
}

// edit returns the content of a file with the change, and reports whether the entry was there.
func (c change) edit(path string, old []byte) (edited []byte, found bool, err error) {
	_, doc, err := parseFile(path, old)
	if err != nil {
		return nil, false, err
	}
	was := find(doc, c.at)
	switch found = was != nil; {
	case c.value == nil && (!found || c.only != "" && text(was) != c.only),
		c.value != nil && found && was.Kind == yaml.ScalarNode && text(was) == *c.value:
		return old, found, nil
	}
	if edited, err = c.rewrite(path, doc, old); err != nil {
		return nil, found, err
	}
	file, _, err := parseFile(path, edited)
	if err == nil && c.value != nil {
		err = file.fault
	}
	return edited, found, err
}
