package dockerhub

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestRepoLimits(t *testing.T) {
	t.Parallel()
	s := says(200, `{}`)
	repos := client(t, s).Repos
	description, readme := strings.Repeat("é", 50), strings.Repeat("é", 12500)
	for _, name := range []string{"", "a", "Ab", "a__b", "a--b", "a.-b", "-ab", "ab-", "a/b", "é1", strings.Repeat("a", 256)} {
		if _, err := repos.Create(t.Context(), RepoRequest{Namespace: "ada", Name: name}); !errors.Is(err, ErrInput) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, test := range []struct{ description, readme string }{{description + "x", readme}, {description, readme + "x"}} {
		_, createErr := repos.Create(t.Context(), RepoRequest{Namespace: "ada", Name: "api", Description: test.description, Readme: test.readme})
		_, updateErr := repos.Update(t.Context(), "ada", "api", RepoPatch{Description: &test.description, Readme: &test.readme})
		base := Body{Base: []byte(`{"description":"` + test.description + `","full_description":"` + test.readme + `"}`)}
		_, fileErr := repos.Update(t.Context(), "ada", "api", RepoPatch{Body: base})
		for _, err := range []error{createErr, updateErr, fileErr} {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%d and %d bytes: %v", len(test.description), len(test.readme), err)
			}
		}
	}
	if len(s.got) != 0 {
		t.Errorf("sent %.200q", s.got)
	}
	for _, name := range []string{"ab", "a.b_c-d", strings.Repeat("a", 255)} {
		if _, err := repos.Create(t.Context(), RepoRequest{Namespace: "ada", Name: name, Description: description, Readme: readme}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRepoUpdate(t *testing.T) {
	t.Parallel()
	text := "new"
	const patch = "PATCH /v2/namespaces/ada/repositories/api "
	for _, test := range []struct {
		patch RepoPatch
		now   string
		want  []string // requests; a GET before them is left out
	}{
		{RepoPatch{Description: &text, Readme: &text}, `{}`, []string{patch + `{"description":"new","full_description":"new"}`}},
		{RepoPatch{Description: &text}, `{"full_description":"old"}`, []string{"GET", patch + `{"description":"new","full_description":"old"}`}},
		{RepoPatch{Readme: &text}, `{"description":null}`, []string{"GET", patch + `{"full_description":"new"}`}},
		{RepoPatch{Body: Body{Base: []byte(`{"description":"file","status":0}`)}}, `{"description":"x","full_description":"old"}`, []string{"GET", patch + `{"description":"file","full_description":"old","status":0}`}},
	} {
		s := says(200, test.now)
		if _, err := client(t, s).Repos.Update(t.Context(), "ada", "api", test.patch); err != nil {
			t.Error(err)
		}
		for i := range test.want {
			if test.want[i] == "GET" {
				test.want[i] = "GET /v2/namespaces/ada/repositories/api"
			}
		}
		if !slices.Equal(s.got, test.want) {
			t.Errorf("sent %q\nwant %q", s.got, test.want)
		}
	}
}

// TestRepoAnswers reads repositories from different years.
func TestRepoAnswers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"name":"api","namespace":"ada","repository_type":null,"description":null,"media_types":[null],"categories":null,"storage_size":null,"affiliation":null,"last_updated":null,"source":null,"full_description":null}`,
		`{"user":"ada","name":"api","namespace":"ada","status":1,"is_private":false,"can_edit":false,"pull_count":13114222271,"last_updated":"2015-12-10T08:48:49.665081Z"}`,
	} {
		r, err := client(t, says(200, body)).Repos.Get(t.Context(), "ada", "api")
		if err != nil || r.Name != "api" || string(r.JSON()) != body {
			t.Errorf("%+v, %v", r, err)
		}
	}
	there, err := client(t, says(200, "")).Repos.Exists(t.Context(), "ada", "api")
	missing, missingErr := client(t, says(404, "")).Repos.Exists(t.Context(), "ada", "api")
	if !there || missing || err != nil || missingErr != nil {
		t.Errorf("%t %v, %t %v", there, err, missing, missingErr)
	}
}
