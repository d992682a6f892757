package dockerhub

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/hubctl/hubctl/internal/hub"
)

// FuzzRegistryAccess: whatever the server sent, a change is applied and keeps
// everything else.
func FuzzRegistryAccess(f *testing.F) {
	f.Add(`{"enabled":true,"standard_registries":[{"id":"DockerHub","allowed":true}],"custom_registries":[{"address":"ghcr.io","allowed":false,"x":1}],"y":1e400}`, "GHCR.io")
	f.Add(`{"standard_registries":null}`, "docker.io")
	f.Add(`{"custom_registries":[1,null,"x",{}]}`, "")
	f.Add(`[]`, "a")
	f.Fuzz(func(t *testing.T, before, name string) {
		allowed := true
		after, err := RegistryAccessPatch{Set: []Registry{{Address: name, Allowed: &allowed}}}.apply(json.RawMessage(before))
		if err != nil {
			if !errors.Is(err, ErrAnswer) {
				t.Fatal(err)
			}
			return
		}
		var lists registries
		if err := json.Unmarshal(after, &lists); err != nil {
			t.Fatal(err)
		}
		if find(lists.Standard, name) < 0 && find(lists.Custom, name) < 0 {
			t.Errorf("%s: %q is in none of the lists", after, name)
		}
		var was, is map[string]json.RawMessage
		_ = json.Unmarshal([]byte(before), &was)
		_ = json.Unmarshal(after, &is)
		for k, v := range was {
			if k != "standard_registries" && k != "custom_registries" && !hub.SameJSON(v, is[k]) {
				t.Errorf("%s became %s", v, is[k])
			}
		}
	})
}
