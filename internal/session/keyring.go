package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// A Keyring stores secrets in the operating system's keyring under its own service name.
// It does not write to Docker's credential helpers: Docker's builder hands everything in
// them to its daemon.
type Keyring struct {
	Service string
	Timeout time.Duration // of a call, including the time a person needs to unlock it
}

// keyringItem is the part of a login that is in the keyring.
type keyringItem struct {
	Secret   string `json:"secret,omitempty"`
	Password string `json:"password,omitempty"`
	Bearer   string `json:"bearer,omitempty"`
}

var (
	errKeyringGone = errors.New("it is no longer in the keyring")
	errKeyringOff  = errors.New("the keyring may not be used here")
)

// noKeyring reports whether err means that the machine has no keyring, as over ssh or in a
// container: there is no D-Bus session, or no Secret Service on it.
func noKeyring(err error) bool {
	_, notFound := errors.AsType[*exec.Error](err) // dbus-launch
	_, failed := errors.AsType[*exec.ExitError](err)
	_, dial := errors.AsType[*net.OpError](err)
	return notFound || failed || dial || errors.Is(err, keyring.ErrUnsupportedPlatform) ||
		strings.Contains(err.Error(), "was not provided by any .service files")
}

func (k Keyring) set(ctx context.Context, account string, item keyringItem) error {
	b, err := json.Marshal(item) //nolint:gosec // the keyring is where it belongs
	if err != nil {
		return err
	}
	store := func() (string, error) { return "", keyring.Set(k.Service, account, string(b)) }
	if _, err = within(ctx, k.Timeout, store); err != nil {
		return err
	}
	kept, err := k.get(ctx, account) // some keyrings truncate or drop secrets
	if err == nil && kept != item {
		err = errors.New("it did not store the secret unchanged")
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
		return item, errors.New("the item in the keyring is not hubctl's")
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

// within calls the keyring, which has no deadlines, and gives up after limit.
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
			return "", fmt.Errorf("the keyring timed out after %s", limit)
		}
		return "", ctx.Err()
	}
}
