package dockerhub

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	t.Parallel()
	at := func(nanos int) time.Time { return time.Date(2021, 10, 12, 14, 37, 15, nanos, time.UTC) }
	for text, want := range map[string]time.Time{
		`null`:                                   {},
		`""`:                                     {},
		`"  "`:                                   {},
		`"0001-01-01T00:00:00Z"`:                 {},
		`"2021-10-12T14:37:15Z"`:                 at(0),
		`"2021-10-12T14:37:15.697655Z"`:          at(697655000),
		`"2021-10-12T14:37:15.697655123Z"`:       at(697655123),
		`"2021-10-12T16:37:15.5+02:00"`:          at(500000000),
		`"2021-10-12T14:37:15"`:                  at(0),
		`"2021-10-12T14:37:15.697655"`:           at(697655000),
		`"2021-10-12 14:37:15.697655 +0000 UTC"`: at(697655000),
		`"2021-10-12 14:37:15 +0000 UTC"`:        at(0),
		`"2021-10-12"`:                           time.Date(2021, 10, 12, 0, 0, 0, 0, time.UTC),
		`"\u0032021-10-12T14:37:15Z"`:            at(0),
	} {
		got := Time{at(7)} // which has to go
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{`"yesterday"`, `1634049435`, `true`, `{}`, `[]`, `"2021-13-12T14:37:15Z"`, `"2021-10-12T14:37:15Zx"`, `"12.10.2021"`} {
		got := Time{at(7)}
		if err := json.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), "is not a time") {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for want, at := range map[string]time.Time{
		`null`:                          {},
		`"2021-10-12T14:37:15.000000Z"`: at(0),
		`"2021-10-12T14:37:15.697655Z"`: at(697655999),
		`"2021-10-12T12:37:15.500000Z"`: time.Date(2021, 10, 12, 14, 37, 15, 5e8, time.FixedZone("", 7200)),
	} {
		if got, err := json.Marshal(Time{at}); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", at, got, err)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"", "2021-10-12T14:37:15.697655Z", "2021-10-12T14:37:15", "2021-10-12", "2021-10-12 14:37:15.5 +0200 CEST", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-23:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var at, again Time
		if json.Unmarshal(text, &at) != nil {
			return
		}
		b, err := at.MarshalJSON()
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		if y := at.UTC().Year(); y < 0 || y > 9999 {
			return // 9999-12-31 in one time zone is 10000-01-01 in another
		}
		if err := json.Unmarshal(b, &again); err != nil || !again.Equal(at.Truncate(time.Microsecond)) {
			t.Errorf("%q became %s and then %s, %v", s, at, b, err)
		}
	})
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const known = `{ "uuid":"u1", "token_label":"ci \u003c", "scopes":["repo:read"], "is_active":false, "created_at":"2021-10-12T14:37:15.697655Z",
 "last_used":null,"expires_at":"", "new":{"b":1.50,"a":13114222271123456789}, "token":"dckr_pat_x" }`
	token, err := Decode[Token](json.RawMessage(known))
	if err != nil {
		t.Fatal(err)
	}
	if string(token.JSON()) != known {
		t.Errorf("kept %s", token.JSON())
	}
	if token.UUID != "u1" || token.Label != "ci <" || len(token.Scopes) != 1 || token.Active == nil || *token.Active || token.Secret != "dckr_pat_x" ||
		token.CreatedAt.Year() != 2021 || !token.LastUsed.IsZero() || !token.ExpiresAt.IsZero() {
		t.Errorf("%+v", token)
	}
	token, err = Decode[Token](json.RawMessage(`{}`))
	if err != nil || token.Active != nil || token.Scopes != nil || !token.CreatedAt.IsZero() || string(token.JSON()) != `{}` {
		t.Errorf("%+v, %v", token, err)
	}
	token, err = Decode[Token](json.RawMessage(`{"uuid":null,"token_label":null,"scopes":null,"is_active":null,"created_at":null}`))
	if err != nil || token.UUID != "" || token.Active != nil {
		t.Errorf("%+v, %v", token, err)
	}
	for raw, problem := range map[string]string{
		``:                                       "is empty",
		`null`:                                   "null, not an object",
		`[]`:                                     "has a list, expected an object",
		`"text"`:                                 "has a string, expected an object",
		`12`:                                     "has a number, expected an object",
		`{"uuid":"u1"`:                           "cannot be decoded",
		`{"is_active":"yes","uuid":"u1"}`:        "has a string in its field is_active, expected a boolean",
		`{"scopes":"repo:read","uuid":"u1"}`:     "in its field scopes, expected a list",
		`{"uuid":"u1","created_at":"yesterday"}`: `"yesterday" is not a time`,
		`{"uuid":"u1","token":{"secret":"hunter2"}}`: "has an object in its field token",
	} {
		token, err := Decode[Token](json.RawMessage(raw))
		if _, ok := errors.AsType[*AnswerError](err); !ok || !errors.Is(err, ErrAnswer) || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
		if string(token.JSON()) != raw || strings.HasSuffix(raw, "}") && token.UUID != "u1" {
			t.Errorf("%s: %+v", raw, token)
		}
	}
	if (Raw{}).JSON() != nil {
		t.Error("nothing is something")
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	yes := true
	label := "ü<&>"
	for _, test := range []struct {
		base string
		in   any
		want string // "" = refused
	}{
		{"", TokenRequest{Label: "a", Scopes: []string{"repo:read"}}, `{"token_label":"a","scopes":["repo:read"]}`},
		{"", TokenRequest{ExpiresAt: &Time{}}, `{"expires_at":null}`},
		{"", TokenPatch{}, `{}`},
		{"", TokenPatch{Label: &label, Active: new(bool)}, `{"token_label":"ü<&>","is_active":false}`},
		{` { "z":1.0, "a":[1, 2] } `, TokenPatch{}, ` { "z":1.0, "a":[1, 2] } `},
		{`not JSON`, TokenPatch{}, `not JSON`},
		{`[1]`, TokenPatch{}, `[1]`},
		{`{"token_label":"old","z":13114222271123456789,"x":{"<":1.50}}`, TokenPatch{Label: &label}, `{"token_label":"ü<&>","x":{"<":1.50},"z":13114222271123456789}`},
		{`{"is_active":"odd"}`, TokenPatch{Active: &yes}, `{"is_active":true}`},
		{`{}`, TokenRequest{Scopes: []string{}}, `{}`},
		{`{"scopes":["a"]}`, TokenRequest{Label: "b"}, `{"scopes":["a"],"token_label":"b"}`},
		{`[1]`, TokenPatch{Active: &yes}, ""},
		{`null`, TokenPatch{Active: &yes}, ""},
		{`{"a":`, TokenPatch{Active: &yes}, ""},
		{``, TokenPatch{Body: Body{Base: json.RawMessage{}}, Active: &yes}, ""},
	} {
		switch in := test.in.(type) {
		case TokenRequest:
			if test.base != "" {
				in.Base = json.RawMessage(test.base)
			}
			test.in = in
		case TokenPatch:
			if test.base != "" {
				in.Base = json.RawMessage(test.base)
			}
			test.in = in
		}
		r, err := client(t, says(200, "")).request("PATCH", test.in, "v2", "x")
		switch {
		case test.want == "" && !errors.Is(err, ErrInput), test.want != "" && (err != nil || string(r.Body) != test.want):
			t.Errorf("%s with %+v: %s, %v", test.base, test.in, r.Body, err)
		}
	}
}
