package orgfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/rotation"
)

// A Step makes one change.
type Step struct {
	Org string `json:"org"`
	Change
	Follows []string          `json:"follows,omitempty"` // keys of the steps that must be done first
	To      rotation.Delivery `json:"to,omitzero"`       // where the secret of a new token goes
}

// Key names the change.
func (s Step) Key() string { return s.title() }

// Acts reports that the step changes something.
func (Step) Acts() bool { return true }

// Organization is the organization that the step is about.
func (s Step) Organization() string { return s.Org }

// Names returns the names in the step's request.
func (s Step) Names() []string {
	all := []string{s.Org}
	for _, name := range []string{s.Name, s.Item} {
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

// JSON returns the change.
func (s Step) JSON() json.RawMessage {
	b, err := hub.Encode(s.Change)
	if err != nil {
		panic(err) // texts, lists and truths can always be encoded
	}
	return b
}

// The groups of steps.
const (
	changing = "changes"
	removing = "removals"
)

// Group returns the group of the step.
func (s Step) Group() string {
	if s.Action == Remove {
		return removing
	}
	return changing
}

// After makes removals wait for all other steps.
func (s Step) After() []string {
	if s.Action == Remove {
		return append(slices.Clone(s.Follows), changing)
	}
	return s.Follows
}

// Steps returns the steps that make the changes, and the names of people who join a team in
// a later run, because they have been invited only now. Changes that cannot be made are in
// a *job.BatchError.
func (d Diff) Steps() (steps []Step, later []string, err error) {
	var failed []job.ItemError
	added, last, invitees := map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, c := range d.Changes {
		switch {
		case c.Hint != "":
			failed = append(failed, job.ItemError{ID: c.title(), Err: hub.ConflictError(c.Hint)})
			continue
		case c.Section == members && c.Action == Add:
			invitees[c.Item] = true
		case c.Section == teams && c.Field == members && c.Action == Add && invitees[c.Item]:
			later = append(later, c.Item+" (team "+c.Name+")")
			continue
		}
		s := Step{Org: d.Organization, Change: c}
		thing := c.Section + " " + c.Name
		if before := last[thing]; before != "" && (c.Item == "" || c.Section == registryAccess) {
			s.Follows = append(s.Follows, before) // requests about one thing may overwrite each other
		}
		needs := []string{Change{Section: teams, Name: c.Name}.title()}
		if c.Field == repositories {
			needs = append(needs, Change{Section: repositories, Name: c.Item}.title())
		}
		for _, key := range needs {
			if c.Section == teams && c.Item != "" && added[key] {
				s.Follows = append(s.Follows, key)
			}
		}
		if c.Section != members && (c.Item == "" || c.Section == registryAccess) {
			last[thing] = s.Key()
		}
		if c.Action == Add && c.Item == "" {
			added[s.Key()] = true
		}
		steps = append(steps, s)
	}
	if failed != nil {
		err = &job.BatchError{Failed: failed}
	}
	return steps, later, err
}

// Guard refuses steps that would leave the organization without an owner, or take the
// role of owner from the session's user.
func (l *Live) Guard(steps []Step, me string) error {
	owners := map[string]bool{}
	for name, role := range l.sections[members] {
		if role == "owner" && !l.pending[join(members, name)] {
			owners[name] = true
		}
	}
	left := len(owners)
	inTeam := len(fieldsOf(fieldsOf(l.sections[teams]["owners"])[members]))
	for _, s := range steps {
		demoted := s.Section == members && (s.Action == Remove || s.Action == Edit && s.New != "owner")
		leaves := s.Section == teams && s.Name == "owners" && s.Action == Remove && (s.Field == members || s.Field == "")
		switch {
		case demoted && s.Item == me, leaves && s.Item == me:
			return hub.InputError(s.title() + ": you cannot demote or remove yourself")
		case leaves && s.Field == "":
			return hub.InputError("the team owners cannot be removed: its members are the owners")
		case demoted && owners[s.Item]:
			left--
		case leaves:
			inTeam--
		}
	}
	switch {
	case len(owners) > 0 && left == 0:
		return hub.InputError("the organization would have no owner: keep one in members")
	case len(fieldsOf(fieldsOf(l.sections[teams]["owners"])[members])) > 0 && inTeam == 0:
		return hub.InputError("the team owners would be empty: keep one of its members")
	}
	return nil
}

// Fingerprint identifies the sections of the organization.
func (l *Live) Fingerprint(sections []string) string {
	h := sha256.New()
	for _, section := range sections {
		b, err := json.Marshal(l.sections[section])
		if err != nil {
			panic(err) // as in JSON
		}
		_, _ = fmt.Fprintf(h, "%s %s\n", section, b)
	}
	return strings.Join(sections, ",") + ":" + hex.EncodeToString(h.Sum(nil))
}

// SectionsIn returns the sections of a fingerprint.
func SectionsIn(fingerprint string) []string {
	list, _, _ := strings.Cut(fingerprint, ":")
	return slices.DeleteFunc(strings.Split(list, ","), func(s string) bool { return !slices.Contains(Sections, s) })
}

// Check refuses steps that Steps would not make. It does not believe what they say about
// themselves.
func Check(steps []Step) ([]Step, error) {
	for i, s := range steps {
		steps[i].Public, steps[i].To = s.publishes(), rotation.Delivery{}
		known := slices.Contains(Sections, s.Section) && slices.Contains([]string{Add, Edit, Remove}, s.Action)
		if !known || s.Org != steps[0].Org {
			return nil, fmt.Errorf("%s: not a change that hubctl orgs apply makes", s.title())
		}
	}
	return steps, nil
}

// Address sets where the secrets of new tokens go, and refuses tokens that cannot be
// created.
func Address(steps []Step, to rotation.Delivery) error {
	var labels []string
	for _, s := range steps {
		if s.Section == orgTokens && s.Action == Add {
			labels = append(labels, s.Name)
			if _, err := s.tokenRequest(); err != nil {
				return err
			}
		}
	}
	if len(labels) > 0 && to.By == rotation.ToStdout {
		return hub.InputError("the secrets of new tokens must go somewhere (" + strings.Join(labels, ", ") +
			"): pass --write-file 'secrets/{label}', --write-env or --exec")
	}
	all, err := to.ForNew(labels)
	for i, s := range steps {
		if s.Section == orgTokens && s.Action == Add {
			steps[i].To = all[s.Name]
		}
	}
	return err
}

// Public returns the repositories that the steps make public.
func Public(steps []Step) (repos []string) {
	for _, s := range steps {
		if s.Public {
			repos = append(repos, s.Name)
		}
	}
	return repos
}

// Deleted returns the repositories that the steps delete.
func Deleted(steps []Step) (repos []string) {
	for _, s := range steps {
		if s.Section == repositories && s.Action == Remove {
			repos = append(repos, s.Name)
		}
	}
	return repos
}
