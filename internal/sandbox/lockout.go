package sandbox

import (
	"net/http"
	"strings"
	"time"
)

const (
	maxFailures = 5
	lockoutTime = 10 * time.Minute // the text says an hour; according to Docker's staff it is ten minutes
	lockoutText = "Too many failed login attempts. You have been locked out for one hour. " +
		"Try again later or contact support."
)

// failures counts failed logins for a user name.
type failures struct {
	Count int   `json:"count"`
	Last  stamp `json:"last"`
}

func (f failures) end() time.Time { return f.Last.Add(lockoutTime) }

// lockout refuses a user name with too many failures, even with the right password.
func (c *call) lockout(name string) error {
	f := c.state.Failures[strings.ToLower(name)]
	if f.Count < maxFailures || !c.now.Before(f.end()) {
		return nil
	}
	c.retryAfter(f.end())
	return detail(http.StatusTooManyRequests, lockoutText)
}

// failed counts a failure and returns the answer.
func (c *call) failed(name string) error {
	err := c.change(func(st *state) error {
		if st.Failures == nil {
			st.Failures = map[string]failures{}
		}
		for other, f := range st.Failures {
			if !c.now.Before(f.end()) {
				delete(st.Failures, other)
			}
		}
		f := st.Failures[strings.ToLower(name)]
		st.Failures[strings.ToLower(name)] = failures{f.Count + 1, stampOf(c.now)}
		return nil
	})
	if err != nil {
		return err
	}
	return detail(http.StatusUnauthorized, wrongCredentials)
}

// forgive resets the failures after a login.
func (c *call) forgive(name string) error {
	if _, failed := c.state.Failures[name]; !failed {
		return nil
	}
	return c.change(func(st *state) error {
		delete(st.Failures, name)
		return nil
	})
}
