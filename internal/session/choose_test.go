package session

import (
	"errors"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

// TestChoose checks the order of precedence: each row also has the credentials of the
// rows after it, unless it says otherwise.
func TestChoose(t *testing.T) {
	t.Parallel()
	const uuid = "2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10"
	stored := &Login{Origin: origin, User: "stored", Kind: dockerhub.PersonalAccessToken, Secret: pat}
	docker := &DockerLogin{User: "docker", Kind: dockerhub.JWT, Bearer: bearer(5), Secret: pat, Source: "docker login", Notes: []string{"a note"}}
	password := Secret{User: "env", Secret: "hunter2", Source: "HUBCTL_PASSWORD"}
	byToken := Secret{User: "env", Secret: pat, Source: "HUBCTL_TOKEN", Token: true}
	named := token(`{"https://hub.docker.com":{"username":"claimed","source":"docker_oat|x"}}`)
	for _, test := range []struct {
		name   string
		given  Given
		user   string
		kind   dockerhub.Kind
		source string
		bearer string // "" = it must be bought
		stored bool
		err    string
	}{
		{name: "-t JWT", given: Given{Token: bearer(1), Environment: byToken, Stored: stored, Docker: docker}, user: "env", kind: dockerhub.JWT, source: "--token", bearer: bearer(1)},
		{name: "-t JWT with a user", given: Given{Token: named, User: "ada", Environment: password}, user: "claimed", kind: dockerhub.OrganizationAccessToken, source: "--token", bearer: named},
		{name: "-t JWT without a user", given: Given{Token: bearer(1)}, kind: dockerhub.JWT, source: "--token", bearer: bearer(1)},
		{name: "-t PAT", given: Given{Token: pat, User: "ada", Environment: password, Stored: stored}, user: "ada", kind: dockerhub.PersonalAccessToken, source: "--token"},
		{name: "-t UUID", given: Given{Token: uuid, User: "ada"}, user: "ada", kind: dockerhub.PersonalAccessToken, source: "--token"},
		{name: "-t OAT", given: Given{Token: oat, Environment: password}, user: "env", kind: dockerhub.OrganizationAccessToken, source: "--token"},
		{name: "-t of an unknown form", given: Given{Token: "hunter2", User: "ada"}, user: "ada", kind: dockerhub.PersonalAccessToken, source: "--token"},
		{name: "-t without a user", given: Given{Token: pat, Stored: stored}, err: "personal access token from --token needs the Docker ID"},
		{name: "-t of an unknown form without a user", given: Given{Token: "hunter2"}, err: "personal access token from --token needs the Docker ID"},

		{name: "token variable", given: Given{Environment: byToken, Stored: stored, Docker: docker}, user: "env", kind: dockerhub.PersonalAccessToken, source: "HUBCTL_TOKEN"},
		{name: "token variable and -U", given: Given{User: "ada", Environment: byToken}, user: "ada", kind: dockerhub.PersonalAccessToken, source: "HUBCTL_TOKEN"},
		{name: "token variable with a JWT", given: Given{Environment: Secret{Secret: bearer(2), Source: "DOCKERHUB_TOKEN", Token: true}, Stored: stored}, kind: dockerhub.JWT, source: "DOCKERHUB_TOKEN", bearer: bearer(2)},
		{name: "token variable without a user", given: Given{Environment: Secret{Secret: oat, Source: "DOCKERHUB_TOKEN", Token: true}, Stored: stored}, err: "organization access token from DOCKERHUB_TOKEN needs the Docker ID"},
		{name: "user variable of the same family", given: Given{Environment: Secret{Secret: oat, Source: "DOCKERHUB_TOKEN", Token: true}}, err: "set DOCKERHUB_USER"},

		{name: "password variable", given: Given{Environment: password, Stored: stored, Docker: docker}, user: "env", kind: dockerhub.Password, source: "HUBCTL_PASSWORD"},
		{name: "password variable and -U", given: Given{User: "ada", Environment: password, Stored: stored}, user: "ada", kind: dockerhub.Password, source: "HUBCTL_PASSWORD"},
		{name: "password variable with a PAT", given: given("ada", pat), user: "ada", kind: dockerhub.PersonalAccessToken, source: "HUBCTL_PASSWORD"},
		{name: "password variable with an OAT", given: given("org", oat), user: "org", kind: dockerhub.OrganizationAccessToken, source: "HUBCTL_PASSWORD"},
		{name: "password that looks like a JWT", given: given("ada", "a.b.c"), user: "ada", kind: dockerhub.Password, source: "HUBCTL_PASSWORD"},
		{name: "password variable without a user", given: Given{Environment: Secret{Secret: "x", Source: "HUBCTL_PASSWORD"}, Stored: stored}, err: "HUBCTL_PASSWORD is set without a Docker ID"},
		{name: "user variable only", given: Given{Environment: Secret{User: "env"}, Stored: stored}, user: "stored", kind: dockerhub.PersonalAccessToken, source: "hubctl login, profile work", stored: true},

		{name: "stored", given: Given{Stored: stored, Docker: docker}, user: "stored", kind: dockerhub.PersonalAccessToken, source: "hubctl login, profile work", stored: true},
		{name: "stored and its -U", given: Given{User: "stored", Stored: stored}, user: "stored", kind: dockerhub.PersonalAccessToken, source: "hubctl login, profile work", stored: true},
		{name: "stored elsewhere", given: Given{Stored: stored, Source: "the demo account"}, user: "stored", kind: dockerhub.PersonalAccessToken, source: "the demo account", stored: true},
		{name: "stored and another -U", given: Given{User: "ada", Stored: stored, Docker: docker}, err: "-U ada does not match the login of profile work (stored)"},
		{name: "stored for another origin", given: Given{Origin: "https://other.example", Stored: stored, Docker: docker}, err: "is for https://hub.docker.com and is not sent anywhere else"},
		{name: "stored for another scheme", given: Given{Origin: "http://hub.docker.com", Stored: stored}, err: "is not sent anywhere else"},
		{name: "stored for another port", given: Given{Origin: "https://hub.docker.com:8443", Stored: stored}, err: "is not sent anywhere else"},

		{name: "docker", given: Given{Docker: docker}, user: "docker", kind: dockerhub.JWT, source: "docker login", bearer: bearer(5), stored: true},
		{name: "docker and another -U", given: Given{User: "ada", Docker: docker}, err: "-U ada does not match the user of docker login (docker)"},
		{name: "nobody", given: Given{}, kind: dockerhub.Anonymous, source: "none"},
		{name: "only -U", given: Given{User: "ada", Environment: Secret{User: "env"}}, kind: dockerhub.Anonymous, source: "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.given.Profile = "work"
			if test.given.Origin == "" {
				test.given.Origin = origin
			}
			s, err := Choose(test.given, Options{})
			if test.err != "" {
				if !errors.Is(err, ErrChoice) || !strings.Contains(err.Error(), test.err) {
					t.Errorf("%v", err)
				}
				for _, secret := range []string{pat, oat, uuid, "hunter2", bearer(1), bearer(5)} {
					if err != nil && strings.Contains(err.Error(), secret) {
						t.Errorf("a secret is in %q", err)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.User != test.user || s.Kind != test.kind || s.Source != test.source || s.Stored != test.stored {
				t.Errorf("%q, %s, %s, stored %t", s.User, s.Kind, s.Source, s.Stored)
			}
			if s.CanBuy() == (test.bearer != "" || test.kind == dockerhub.Anonymous) || s.NeedsPassword() != (test.kind == dockerhub.Password) {
				t.Errorf("can buy %t, needs password %t", s.CanBuy(), s.NeedsPassword())
			}
			if test.bearer != "" {
				if got, err := s.Token(t.Context(), ""); got != test.bearer || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
}
