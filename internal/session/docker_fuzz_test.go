package session

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

// FuzzDockerConfig: for any content of config.json or DOCKER_AUTH_CONFIG there is a
// complete login, none with the reason in a note, or an error that repeats none of the
// content. Entries for other servers are never used.
func FuzzDockerConfig(f *testing.F) {
	auth := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, config := range []string{
		``, " \n", `null`, `[]`, `{}`, `{"auths":null}`, `{"auths":[]}`, `{"auths":{"https://index.docker.io/v1/":null}}`, `{"auths":{"https://index.docker.io/v1/":7}}`,
		`{"auths":{"https://index.docker.io/v1/":{"auth":"` + auth("ada:hunter2-hunter2") + `"}}}`,
		`{"auths":{"https://index.docker.io/v1/":{"auth":"` + auth("ada:hunter2-hunter2\x00\x00") + `"},"ghcr.io":{"auth":"` + auth("bob:other") + `"}}}`,
		`{"auths":{"ghcr.io":{"auth":"` + auth("bob:other") + `"},"docker.io.evil.example":{"username":"bob","password":"other"}}}`,
		`{"auths":{"docker.io":{"username":"ada","password":"hunter2-hunter2"},"registry-1.docker.io":{"username":"bob","password":"x"}}}`,
		`{"auths":{"docker.io":{"auth":"` + auth("hunter2-hunter2") + `"}}}`, `{"auths":{"docker.io":{"auth":"hunter2-hunter2"}}}`, `{"auths":{"docker.io":{"auth":"` + auth(":hunter2-hunter2") + `"}}}`,
		`{"auths":{"https://index.docker.io/v1/":{"identitytoken":"hunter2-hunter2","auth":"` + auth("<token>:x") + `"}}}`,
		`{"auths":{"https://index.docker.io/v1/access-token":{"auth":"` + auth("ada:e30.eyJleHAiOjk5OTk5OTk5OTl9.x") + `"}}}`,
		`{"auths":{"https://index.docker.io/v1/refresh-token":{"auth":"` + auth("ada:hunter2-hunter2") + `"}}}`,
		`{"credsStore":"desktop","credHelpers":{"ghcr.io":"gh","docker.io":""}}`, `{"credHelpers":{"docker.io":"pass"},"credsStore":"desktop"}`, `{"credsStore":1}`, `{"AUTHS":{"docker.io":{"Username":"ada","PASSWORD":"x"}}}`,
		`{"auths":{"https://docker.io":{"auth":"` + auth("ada:hunter2-hunter2") + `"},"https://docker.io/acme":{"auth":"` + auth("bob:other") + `"}}}`,
		`{"auths":{"docker.io":{"auth":"` + auth("acme:eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkZW50aXR5LmRvY2tlci5jb20vIiwic3ViIjoicmVwbzphY21lL2FwaTpyZWY6cmVmcy9oZWFkcy9tYWluIiwiZXhwIjo0MDk5NjgwMDAwfQ.x") + `"}}}`,
		`{"credHelpers":{"https://docker.io":"pass","docker.io/acme":"other"},"auths":{"docker.io/acme":{"auth":"` + auth("bob:other") + `"}}}`,
		"\xef\xbb\xbf{}", "{\"auths\":{\"docker.io\":{\"username\":\"\xff\",\"password\":\"\xfe\"}}}", `{"auths":{"docker.io":{"auth":"hunter2-hunter2`,
	} {
		f.Add(config)
	}
	f.Fuzz(func(t *testing.T, config string) {
		c, err := parseDockerConfig([]byte(config))
		if err != nil {
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q: %v", config, err)
			}
			return
		}
		got, err := c.login("source")
		switch {
		case err != nil && (got != nil || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%q: %+v, %v", config, got, err)
		case got == nil:
		case got.Kind == dockerhub.Anonymous && (len(got.Notes) == 0 || got.Secret+got.Bearer != ""),
			got.Kind != dockerhub.Anonymous && (got.User == "" || got.Secret+got.Bearer == ""):
			t.Errorf("%q: %+v", config, got)
		}
		ours := append(slices.Clone(hubServers), webServer)
		keeping := func(keep bool) dockerConfig {
			part := dockerConfig{Auths: maps.Clone(c.Auths), CredHelpers: maps.Clone(c.CredHelpers)}
			maps.DeleteFunc(part.Auths, func(server string, _ json.RawMessage) bool { return slices.Contains(ours, server) != keep })
			maps.DeleteFunc(part.CredHelpers, func(server, _ string) bool { return slices.Contains(ours, server) != keep })
			return part
		}
		own := keeping(true)
		own.CredsStore = c.CredsStore
		if login, ownErr := own.login("source"); !reflect.DeepEqual(login, got) || (ownErr == nil) != (err == nil) || own.helper() != c.helper() {
			t.Errorf("%q: %+v, %v; without other servers %+v, %v", config, got, err, login, ownErr)
		}
		others := keeping(false)
		if login, err := others.login("source"); login != nil || err != nil || others.helper() != "" {
			t.Errorf("%q: %+v, %v and the helper %q for other servers", config, login, err, others.helper())
		}
	})
}
