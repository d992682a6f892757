package session

import (
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]dockerhub.Kind{
		"dckr_pat_AbC-123_x":                     dockerhub.PersonalAccessToken,
		"dckr_pat_":                              dockerhub.PersonalAccessToken,
		"dckr_oat_AbC-123_x":                     dockerhub.OrganizationAccessToken,
		"2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10":   dockerhub.PersonalAccessToken,
		"2F9A1C9E-5D0B-4C57-9A7E-6B0F6F6F0F10":   dockerhub.PersonalAccessToken,
		"2f9a1c9e5d0b4c579a7e6b0f6f6f0f10":       dockerhub.Password,
		"2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10x":  dockerhub.Password,
		"x2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10":  dockerhub.Password,
		"2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10\n": dockerhub.Password,
		"2g9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10":   dockerhub.Password,
		"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl":  dockerhub.JWT,
		"a.b.c":                                  dockerhub.JWT,
		"a.b.":                                   dockerhub.JWT,
		"a.b":                                    dockerhub.Password,
		"a.b.c.d":                                dockerhub.Password,
		".b.c":                                   dockerhub.Password,
		"a..c":                                   dockerhub.Password,
		"a.b.c d":                                dockerhub.Password,
		"":                                       dockerhub.Password,
		"hunter2":                                dockerhub.Password,
		"p4ss.w ord.":                            dockerhub.Password,
		"DCKR_PAT_x":                             dockerhub.Password,
		" dckr_pat_x":                            dockerhub.Password,
		"pät.wört.x":                             dockerhub.Password,
	} {
		if got := kindOf(secret); got != want {
			t.Errorf("%q: %s", secret, got)
		}
	}
}
