package cmd

import (
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/session"
)

// TestRegistryLogin checks that a secret is only sent to its origin, unless it was
// given for this run or the user allows it.
func TestRegistryLogin(t *testing.T) {
	t.Parallel()
	const pat, elsewhere = "dckr_pat_abcdefghijklmnopqrstuvwxyz0", "https://hub.example"
	environment := session.Given{Environment: session.Secret{User: "ada", Secret: pat}}
	token := session.Given{User: "ada", Token: pat}
	docker := session.Given{Docker: &session.DockerLogin{User: "ada", Secret: pat, Kind: dockerhub.PersonalAccessToken}}
	stored := func(origin string) session.Given {
		return session.Given{Origin: origin, Stored: &session.Login{Origin: origin, User: "ada", Secret: pat, Kind: dockerhub.PersonalAccessToken}}
	}
	bearer := session.Given{Token: "eyJhbGciOiJub25lIn0.e30.x"}
	for _, test := range []struct {
		name      string
		given     session.Given
		origin    string
		withLogin bool
		sent      bool
		told      bool
	}{
		{"environment", environment, dockerhub.DefaultURL, false, true, false},
		{"-t", token, dockerhub.DefaultURL, false, true, false},
		{"stored", stored(dockerhub.DefaultURL), dockerhub.DefaultURL, false, false, true},
		{"stored, --with-login", stored(dockerhub.DefaultURL), dockerhub.DefaultURL, true, true, false},
		{"stored for another Hub", stored(elsewhere), elsewhere, false, true, false},
		{"docker", docker, dockerhub.DefaultURL, false, false, true},
		{"docker, --with-login", docker, dockerhub.DefaultURL, true, true, false},
		{"bearer", bearer, dockerhub.DefaultURL, true, false, true},
		{"visitor", session.Given{}, dockerhub.DefaultURL, true, false, false},
	} {
		s, err := session.Choose(test.given, session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		user, secret, why := registryLogin(s, test.origin, test.withLogin)
		if sent := user == "ada" && secret == pat; sent != test.sent || !sent && user+secret != "" || (why != "") != test.told {
			t.Errorf("%s: %q %q %q", test.name, user, secret, why)
		}
	}
}
