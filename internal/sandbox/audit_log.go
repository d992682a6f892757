package sandbox

import (
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// auditDays is how many days the Hub keeps events.
const auditDays = 90

// An auditLog is an account's audit log, newest first: events of the sandbox mixed
// with events of the seed, which are made on demand.
type auditLog struct {
	seed   auditSeed
	events []event // events of the sandbox, newest first
	at     []int   // index of each of these in the log
}

func (c *call) auditLog(account string) auditLog {
	l := auditLog{seed: auditSeed{account: account, midnight: c.midnight()}}
	if !c.hub.o.Empty {
		l.seed.perDay = map[string]int{DemoOrg: 40, DemoUser: 4}[account]
		l.seed.repos = seed.Repos(account)
	}
	for _, e := range slices.Backward(c.state.Events) {
		if e.Account == account && c.now.Sub(e.Time.Time) < auditDays*day {
			older := sort.Search(l.seed.len(), func(i int) bool { return l.seed.time(i).Before(e.Time.Time) })
			l.at = append(l.at, older+len(l.events))
			l.events = append(l.events, e)
		}
	}
	return l
}

func (l auditLog) len() int { return len(l.events) + l.seed.len() }

// find locates the event at index i: in l.events or in the seed.
func (l auditLog) find(i int) (at int, done bool) {
	at, done = slices.BinarySearch(l.at, i)
	if !done {
		at = i - at
	}
	return at, done
}

func (l auditLog) time(i int) time.Time {
	at, done := l.find(i)
	if done {
		return l.events[at].Time.Time
	}
	return l.seed.time(at)
}

func (l auditLog) event(i int) event {
	at, done := l.find(i)
	if done {
		return l.events[at]
	}
	return l.seed.event(at)
}

// An auditSeed has the same number of events on each of the last days. They depend
// on the date, so tomorrow's log also has today's events.
type auditSeed struct {
	account  string
	perDay   int
	midnight time.Time
	repos    []string
}

func (s auditSeed) len() int { return s.perDay * auditDays }

// date returns the day of the event at index i and its key on that day.
func (s auditSeed) date(i int) (start time.Time, key string) {
	start = s.midnight.Add(-time.Duration(i/s.perDay+1) * day)
	return start, start.Format(time.DateOnly) + " " + strconv.Itoa(i%s.perDay)
}

func (s auditSeed) time(i int) time.Time {
	start, key := s.date(i)
	slot := day / time.Duration(s.perDay)
	within := time.Duration(seed.Number(int(slot/time.Microsecond), "audit time", s.account, key)) * time.Microsecond
	return start.Add(time.Duration(s.perDay-1-i%s.perDay)*slot + within)
}

func (s auditSeed) event(i int) event {
	_, key := s.date(i)
	r := makeRepo(s.account, seed.Pick(s.repos, "audit", s.account, key), s.midnight)
	e := event{Account: s.account, Name: r.path(), Actor: DemoUser, Time: stampOf(s.time(i)), Data: map[string]string{}}
	if s.account == DemoOrg {
		e.Actor, _ = seed.MemberName(seed.Pick(seed.People, "audit actor", key))
	}
	tag := r.tagName(seed.Number(max(1, r.tags), "audit tag", s.account, key))
	switch kind := seed.Number(40, "audit action", s.account, key); {
	case kind == 0:
		e.Action, e.Description = "repo.create", "created the repository "+e.Name
	case kind == 1:
		e.Action, e.Description = "repo.update", "updated the repository "+e.Name
	case kind == 2:
		e.Action, e.Description = "repo.category.updated", "updated the categories of the repository "+e.Name
	case kind == 3:
		e.Action, e.Description = "repo.change_privacy", "made the repository "+e.Name+" private"
		e.Data["privacy"] = "private"
	case kind < 8:
		e.Action, e.Description = "repo.tag.delete", "deleted the tag "+tag+" of the repository "+e.Name
		e.Data["tag"] = tag
	case kind < 12 && s.account == DemoOrg:
		who, _ := seed.MemberName(seed.Pick(seed.People, "audit member", key))
		team := seed.Pick([]string{"developers", "platform", "qa"}, "audit team", key)
		e.Actor, e.Action, e.Name = DemoUser, "org.team.member.add", s.account
		e.Description = "added " + who + " to the team " + team
		e.Data["team"], e.Data["username"] = team, who
	case kind == 13 && s.account == DemoOrg:
		role := seed.Pick(seed.Roles, "audit role", key)
		e.Actor, e.Action, e.Name, e.Description = DemoUser, "org.customrole.update", s.account,
			"updated the custom role "+role.Label
		e.Data["role"] = role.Name
	case kind == 12 && s.account == DemoOrg:
		e.Actor, e.Action, e.Name, e.Description = DemoUser, "oidc.connection.update", s.account,
			"updated the connection github-actions"
		e.Data["connection"] = "github-actions"
	default:
		digest := "sha256:" + r.hex("audit "+key, 0)
		e.Action, e.Description = "repo.tag.push",
			"pushed the tag "+tag+" with the digest "+digest[:19]+" to the repository "+e.Name+"\n"
		e.Data["digest"], e.Data["tag"] = digest, tag
	}
	return e
}
