package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// A Keyring keeps secrets in the operating system's keyring, under a service
// name of its own. Docker's credential helpers are left alone: Docker's builder
// hands everything in them to its daemon.
type Keyring struct {
	Service string
	Timeout time.Duration // how long the keyring may take, and a person to unlock it
}

// keyringItem is what the keyring holds of a login.
type keyringItem struct {
	Secret   string `json:"secret,omitempty"`
	Password string `json:"password,omitempty"`
	Bearer   string `json:"bearer,omitempty"`
}

var errKeyringGone = errors.New("the keyring has no such secret any more")

func (k Keyring) set(ctx context.Context, account string, item keyringItem) error {
	b, err := json.Marshal(item) //nolint:gosec // the keyring is where it belongs
	if err != nil {
		return err
	}
	store := func() (string, error) { return "", keyring.Set(k.Service, account, string(b)) }
	if _, err = within(ctx, k.Timeout, store); err != nil {
		return err
	}
	kept, err := k.get(ctx, account) // a keyring that cuts or forgets what it was given is none
	if err == nil && kept != item {
		err = errors.New("the keyring did not keep what it was given")
	}
	return err
}

func (k Keyring) get(ctx context.Context, account string) (keyringItem, error) {
	var item keyringItem
	s, err := within(ctx, k.Timeout, func() (string, error) { return keyring.Get(k.Service, account) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return item, errKeyringGone
	case err != nil:
		return item, err
	case json.Unmarshal([]byte(s), &item) != nil:
		return item, errors.New("the keyring holds something that is not hubctl's")
	}
	return item, nil
}

func (k Keyring) delete(ctx context.Context, account string) error {
	_, err := within(ctx, k.Timeout, func() (string, error) { return "", keyring.Delete(k.Service, account) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// within calls the keyring, which knows no deadline, and gives up on it after
// limit.
func within(ctx context.Context, limit time.Duration, call func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type result struct {
		s   string
		err error
	}
	done := make(chan result, 1)
	go func() {
		s, err := call()
		done <- result{s, err}
	}()
	select {
	case r := <-done:
		return r.s, r.err
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", fmt.Errorf("the keyring did not answer within %s", limit)
		}
		return "", ctx.Err()
	}
}
