package dockerhub

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// Roles are the built-in roles of organizations, as in requests. Answers capitalize
// them.
var Roles = []string{"owner", "editor", "member"}

// A Member is a member of an organization, or somebody who is invited.
type Member struct {
	Raw
	ID             string   `json:"id"`
	Username       string   `json:"username"`
	FullName       string   `json:"full_name"`
	Email          string   `json:"email"`
	PrimaryEmail   string   `json:"primary_email"`
	Role           string   `json:"role"` // such as Owner; Invitee = invited
	Teams          []string `json:"groups"`
	Guest          *bool    `json:"is_guest"` // nil = not sent
	Company        string   `json:"company"`
	Location       string   `json:"location"`
	Joined         Time     `json:"date_joined"`       // in Docker Hub, not in the organization
	LastLoggedIn   Time     `json:"last_logged_in_at"` // zero = never
	LastSeen       Time     `json:"last_seen_at"`      // zero = never
	DesktopVersion string   `json:"last_desktop_version"`
}

// A MemberRecord is a line of an export of members. Its JSON is an object whose
// fields have the names of the export's columns.
type MemberRecord struct {
	Raw
	Name       string `json:"Name"`
	Username   string `json:"Username"`
	Email      string `json:"Email"`
	Type       string `json:"Type"`       // User or Invitee
	Role       string `json:"Role"`       // its label, such as Release manager
	Permission string `json:"Permission"` // name of Role in some exports
	Teams      string `json:"Teams"`      // comma-separated
	Joined     Time   `json:"Date Joined"`

	// only for organizations with insights
	LastLoggedIn   Time   `json:"Last Logged-in Date"`
	LastSeen       Time   `json:"Last Seen Date"`
	DesktopVersion string `json:"Docker Desktop Version"`
	OptedOut       string `json:"Opted Out Analytics"`
}

// MemberListOptions filters a listing of members; zero fields do not filter.
type MemberListOptions struct {
	Search  string
	Role    string // one of Roles
	Type    string // all, invitee or member
	Invites bool   // include invited people
}

// A MemberRequest is the request of Update.
type MemberRequest struct {
	Body
	Role string `json:"role,omitempty"` // one of Roles, or a custom role of the organization
}

// MembersService manages the members of organizations.
type MembersService struct{ c *Client }

// List lists the members of an organization, and people who are invited if the options
// say so.
//
// Operation: GET /v2/orgs/{org_name}/members
func (s *MembersService) List(ctx context.Context, org string, o MemberListOptions) iter.Seq2[Member, error] {
	query := given("search", o.Search, "role", o.Role, "type", o.Type)
	if o.Invites {
		query.Set("invites", "true")
	}
	return list[Member](ctx, s.c, query, "v2", "orgs", org, "members")
}

// Update changes a member's role and returns the member.
//
// Operation: PUT /v2/orgs/{org_name}/members/{username}
func (s *MembersService) Update(ctx context.Context, org, user string, r MemberRequest) (Member, error) {
	return set[Member](ctx, s.c, always, "PUT", r, "v2", "orgs", org, "members", user)
}

// Delete removes a member from an organization and its teams.
//
// Operation: DELETE /v2/orgs/{org_name}/members/{username}
func (s *MembersService) Delete(ctx context.Context, org, user string) error {
	find := listed(s.List(ctx, org, MemberListOptions{Search: user}), func(m Member) bool { return m.Username == user })
	return remove(ctx, s.c, find, "v2", "orgs", org, "members", user)
}

// Export returns the members and invited people of an organization as CSV, as sent
// by the server. The caller must read and close it. If the connection breaks, reading
// fails with an [*UnreachableError].
//
// Operation: GET /v2/orgs/{org_name}/members/export
func (s *MembersService) Export(ctx context.Context, org string) (io.ReadCloser, error) {
	resp, err := s.export(ctx, org)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func (s *MembersService) export(ctx context.Context, org string) (*http.Response, error) {
	r, err := s.c.request("GET", nil, "v2", "orgs", org, "members", "export")
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Accept": {"text/csv, */*"}}
	return s.c.hub.Do(ctx, r)
}

// Records lists the lines of Export as they arrive.
//
// Operation: GET /v2/orgs/{org_name}/members/export
func (s *MembersService) Records(ctx context.Context, org string) iter.Seq2[MemberRecord, error] {
	return func(yield func(MemberRecord, error) bool) {
		resp, err := s.export(ctx, org)
		if err != nil {
			yield(MemberRecord{}, err)
			return
		}
		defer resp.Body.Close()
		for line, err := range csvObjects(resp.Body, resp.Request.URL) {
			var m MemberRecord
			if err == nil {
				m, err = decode[MemberRecord](line, http.MethodGet, resp.Request.URL)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// csvObjects parses CSV from u into one object per line, with the fields named by
// the header.
func csvObjects(r io.Reader, u *url.URL) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := csv.NewReader(r)
		names, err := lines.Read()
		if errors.Is(err, io.EOF) {
			err = &AnswerError{Method: http.MethodGet, Path: u.EscapedPath(), Problem: "is empty, not a table"}
		}
		if err == nil {
			names[0] = string(bytes.TrimPrefix([]byte(names[0]), []byte("\uFEFF")))
		}
		for err == nil {
			var values []string
			if values, err = lines.Read(); err == nil && !yield(object(names, values), nil) {
				return
			}
		}
		if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
			err = &AnswerError{
				Method: http.MethodGet, Path: u.EscapedPath(),
				Problem: fmt.Sprintf("is not CSV in line %d: %v", syntax.Line, syntax.Err),
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, err)
		}
	}
}

// object encodes strings as a JSON object, in the order of names.
func object(names, values []string) []byte {
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, quoted(name)...), ':'), quoted(values[i])...)
	}
	return append(b, '}')
}

func quoted(s string) []byte {
	b, _ := hub.Encode(s) // strings always marshal
	return b
}
