package redact

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

// secretNames are names of secrets, and plainNames are names of values worth seeing in
// a log.
var (
	secretNames = []string{
		"password", "Password", "new_password", "passwd", "passphrase", "secret", "client_secret", "secret_key", "private_key", "api_key", "apikey", "x-api_key",
		"token", "TOKEN", "tokens", "token_value", "access_token", "accessToken", "refresh_token", "login_2fa_token", "X-Csrf-Token", "password_hash",
		"code", "device_code", "recovery_codes", "backupCodes", "otp", "totp", "auth", "auths", "registry_auth", "credential", "credentials",
		"authorization", "cookie", "set-cookie", "bearer", "jwt", "session", "session_id", "sessionId", "hook_url", "webhook_url", "signature", "sig",
		"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "user[password]",
	}
	plainNames = []string{
		"token_label", "token_id", "token_uuid", "token_type", "token_count", "token_scopes", "expires_at", "token_expires_at", "expires_in", "password_changed_at",
		"secret_name", "next_page_token", "page_token", "page", "page_size", "last_evaluated_key", "key", "public_key", "keyword", "author", "authority",
		"error_code", "status_code", "country_code", "session_count", "auth_method", "otp_enabled", "url", "uuid", "label", "message", "encode", "postcodes", "",
	}
)

func TestSecretName(t *testing.T) {
	t.Parallel()
	for _, name := range secretNames {
		if !SecretName(name) {
			t.Errorf("%q is not secret", name)
		}
	}
	for _, name := range plainNames {
		if SecretName(name) {
			t.Errorf("%q is secret", name)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for _, name := range secretNames {
		for _, text := range []string{
			`{"%s":"hunter2"}`, `{"a":1, "%s" : "hunter2","b":2}`, "{\n  \"%s\":\n \"hunter2\"}", `{"%s":"\"hunter2\\"}`, `{"%s":"hunter2`, `{"%s":"hunter2\`,
			`[{"x":{"%s":"hunter2`, "{\"%s\":\"\\\nhunter2\"}", `{"%s":["x","hunter2"]}`, `{"%s":{"a":{"b":"}","c":"hunter2"}}}`, `{"%s":[{"a":"hunter2"`,
			`{"%s":12345678,"b":"hunter"}`, `{'%s': 'hunter2'}`, `{'%s': ['it', 'hunter2']}`,
			`{"message":"you sent {\"%s\":\"hunter2\"}"}`, `{"message":"you sent {\"%s\":\"a\\\"hunter2\\\\\"}"}`, `{"message":"{\"%s\":[\"hunter2`, `{"message":"{\"%s\": 12345678}"}`,
			`{"message":"{\"body\":\"{\\\"%s\\\":\\\"hunter2\\\"}\"}"}`,
		} {
			text = strings.ReplaceAll(text, "%s", name)
			got := Text(text)
			if strings.Contains(got, "hunter2") || strings.Contains(got, "12345678") || !strings.Contains(got, Mark) {
				t.Errorf("%s became %s", text, got)
			}
			if json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
				t.Errorf("%s became %s, which is not JSON", text, got)
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-9"
	for text, want := range map[string]string{
		"": "",
		`{"token_label":"ci","uuid":"a","message":"m","code":5,"secret":null,"tokens":12,"has_password":true}`: `{"token_label":"ci","uuid":"a","message":"m","code":5,"secret":null,"tokens":12,"has_password":true}`,
		`{"token":"a","label":"b"}`:                                 `{"token":"[redacted]","label":"b"}`,
		`{"token":""}`:                                              `{"token":"[redacted]"}`,
		`{"tokens":["a","b"],"token":{"a":1},"x":2}`:                `{"tokens":"[redacted]","token":"[redacted]","x":2}`,
		`{"otp":123456,"x":-1.5e3}`:                                 `{"otp":"[redacted]","x":-1.5e3}`,
		`{"m":"{\"token\":\"a\",\"b\":\"c\"}"}`:                     `{"m":"{\"token\":\"[redacted]\",\"b\":\"c\"}"}`,
		`{"a":"\",\"token\":","b":"c"}`:                             `{"a":"\",\"token\":","b":"c"}`,
		"Bearer " + jwt + ".":                                       "Bearer [redacted].",
		jwt + "," + jwt:                                             "[redacted],[redacted]",
		jwt[:strings.LastIndex(jwt, ".")+1]:                         "[redacted]",
		"the token dckr_pat_Ab-c_9 is not allowed":                  "the token [redacted] is not allowed",
		"dckr_oat_x/DCKR_PAT_y":                                     "[redacted]/[redacted]",
		"eyJ.a.b v1.2.3":                                            "eyJ.a.b v1.2.3",
		"Basic aHVudGVyMg== and Basic authentication":               "Basic [redacted] and Basic authentication",
		"bearer 3be9e965-284c":                                      "bearer [redacted]",
		"see https://u:p@h/x and https://h/@u":                      "see https://[redacted]@h/x and https://h/@u",
		`"https:\/\/u:p@h"`:                                         `"https:\/\/[redacted]@h"`,
		"https://h:8080/a@b":                                        "https://h:8080/a@b",
		"https://u:p/w@h/x":                                         "https://[redacted]@h/x",
		"https://u:p w@h/x":                                         "https://[redacted]@h/x",
		"a=1&password=it's&b=2":                                     "a=1&password=[redacted]&b=2",
		"code=404 retry=3":                                          "code=404 retry=3",
		"https://h/x?url=https%3A%2F%2Fi%2F%3Ftoken%3Dabcd&a=b%20c": "https://h/x?url=[redacted]&a=b%20c",
	} {
		if got := Text(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
		if again := Text(Text(text)); again != Text(text) {
			t.Errorf("%s: %s, and then %s", text, Text(text), again)
		}
	}
}

// TestLongTexts: no text from a server takes long, whatever it contains.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"a=", "a=%25", "//", `"a":`, `\"`, `"token":`, `"token":[`, "token=", "https://a:b", "a=b%3D", "%", `\`, "&", "eyJ", "bearer "} {
		text := strings.Repeat(part, 1<<15/len(part))
		began := time.Now()
		_ = Text(text)
		_ = Query(text)
		_ = RawURL(text)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%q took %s", part, took)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, want string }{
		{"Authorization", "Bearer hunter2", Mark},
		{"WWW-Authenticate", `Negotiate hunter2`, Mark},
		{"Proxy-Authorization", "Basic hunter2", Mark},
		{"Authentication-Info", "hunter2", Mark},
		{"Set-Cookie", "s=hunter2", Mark},
		{"X-Session-Id", "hunter2", Mark},
		{"X-Session", "hunter2", Mark},
		{"X-Sessiondata", "hunter2", Mark},
		{"X-Api-Key", "hunter2", Mark},
		{"X-Amz-Security-Token", "hunter2", Mark},
		{"X-Registry-Auth", "hunter2", Mark},
		{"X-Otp", "hunter2", Mark},
		{"Location", "https://a:hunter2@h/cb?token=hunter2&x=1#access_token=hunter2", "https://[redacted]@h/cb?token=[redacted]&x=1#access_token=[redacted]"},
		{"Link", `<https://h/x?token=hunter2>; rel="next", <https://h/y?page=2>; rel="last"`, `<https://h/x?token=[redacted]>; rel="next", <https://h/y?page=2>; rel="last"`},
		{"Refresh", "5; url=https://h/x?access_token=hunter2", "5; url=https://h/x?access_token=[redacted]"},
		{"Referer", "/x?code=hunter2", "/x?code=[redacted]"},
		{"X-Request-Id", "r1", "r1"},
		{"X-RateLimit-Reset", "1700000000", "1700000000"},
		{"Retry-After", "3", "3"},
		{"Cookie", "", ""},
	} {
		if got := Header(test.name, test.value); got != test.want {
			t.Errorf("%s: %s became %s", test.name, test.value, got)
		}
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ kind, body, want string }{
		{"application/json", `{"token":"hunter2"}`, `{"token":"[redacted]"}`},
		{"application/x-www-form-urlencoded", "user=ada&password=hunter2 <hunter2>&p%61sswd=hunter2&n=1", "user=ada&password=[redacted]&p%61sswd=[redacted]&n=1"},
		{"application/x-www-form-urlencoded; charset=utf-8", "token=hunter2", "token=[redacted]"},
		{"", "grant_type=password&password=hunter2", "grant_type=password&password=[redacted]"},
	} {
		if got := Body(test.kind, test.body); got != test.want {
			t.Errorf("%s: %s became %s", test.kind, test.body, got)
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"https://h/v2/x":                                  "https://h/v2/x",
		"https://h/v2/x?page=2&page_size=100":             "https://h/v2/x?page=2&page_size=100",
		"https://h/x?z=%2F&token=hunter2&a=b":             "https://h/x?z=%2F&token=[redacted]&a=b",
		"https://h/x?Access_Token=hunter2":                "https://h/x?Access_Token=[redacted]",
		"https://h/x?token=%zzhunter2":                    "https://h/x?token=[redacted]",
		"https://h/x?a=1&token=a;hunter2":                 "https://h/x?a=1&token=[redacted]",
		"https://h/x?a=1;token=hunter2":                   "https://h/x?a=1;token=[redacted]",
		"https://h/x?token=hunter2&token=hunter2":         "https://h/x?token=[redacted]&token=[redacted]",
		"https://hunter2:hunter2@h/x":                     "https://h/x",
		"https://h/x/dckr_pat_hunter2?q=dckr_oat_hunter2": "https://h/x/[redacted]?q=[redacted]",
		"https://h/x?token":                               "https://h/x?token",
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := URL(u); got != want || u.String() != s {
			t.Errorf("%s: %s", s, got)
		}
		if got := RequestURI(u); got != strings.TrimPrefix(want, "https://h") {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestRawURL(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"https://hub.docker.com":              "https://hub.docker.com",
		"ada":                                 "ada",
		"/v2/x?mail=a@b&page=2":               "/v2/x?mail=a@b&page=2",
		"https://ada:hun%ter2@h/x":            "https://[redacted]@h/x",
		"https://ada:hun/ter2@h":              "https://[redacted]@h",
		"https://ada:hun@ter2@h":              "https://[redacted]@h",
		"https://ada:hun#ter2@h":              "https://[redacted]@h",
		"https://ada:hun?ter2@h":              "https://[redacted]@h",
		"https://ada:hun ter2@h":              "https://[redacted]@h",
		"https://hunter2@h":                   "https://[redacted]@h",
		"ada:hunter2@h":                       "[redacted]@h",
		"//ada:hunter2@h":                     "[redacted]@h",
		"https://h:x/?token=hunter2&page=%zz": "https://h:x/?token=[redacted]&page=%zz",
	} {
		if got := RawURL(s); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	for s, want := range map[string]string{"https://ada:hun%ter2@h": "invalid URL", "https://h/%zz": `invalid URL escape "%zz"`} {
		_, err := url.Parse(s)
		if got := URLError(err); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
}

// TestLongPasswords has passwords that end further on than a URL is long.
func TestLongPasswords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("hunter2%F1", 200)
	for text, want := range map[string]string{
		`see "https://ada:` + long + `@h/x" and "b"`:       `see "https://[redacted]" and "b"`,
		"https://ada:hunter2/" + long + "@h\nnext":         "https://[redacted]\nnext",
		"https://" + long + "@h/x":                         "https://[redacted]",
		"https://h/" + strings.Repeat("a/", 2000) + "?x=y": "https://h/" + strings.Repeat("a/", 2000) + "?x=y",
		"https://h:8080/" + strings.Repeat("a/", 2000):     "https://h:8080/" + strings.Repeat("a/", 2000),
	} {
		if got := Userinfo(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// FuzzSecretsDoNotSurvive plants a secret in a field, a header, a query, a form or a
// URL, surrounded by any text and cut off anywhere.
func FuzzSecretsDoNotSurvive(f *testing.F) {
	for i, s := range []string{"", `"`, `\`, "\n", "é\xff", `\"}`, "a\\\nb", "<>&", "'", "[{", "a=b&c=d", "//", `","token":`} {
		f.Add(uint(i), s, s, i*7)
	}
	f.Fuzz(func(t *testing.T, which uint, before, inside string, end int) {
		before = strings.ReplaceAll(before, "hunter", "")
		name := secretNames[which%uint(len(secretNames))]
		secret := "hunter2" + inside + "hunter3"
		escaped := url.QueryEscape(secret)
		texts := []string{
			encode(t, map[string]any{"a": before, name: secret}),
			encode(t, map[string]any{"a": before, name: []any{1, map[string]any{"b": secret}}}),
			encode(t, map[string]any{"a": before, "m": encode(t, map[string]any{name: secret})}),
			encode(t, map[string]any{"a": "see https://h/x?y=z&" + url.QueryEscape(name) + "=" + escaped}),
			"https://ada:" + escaped + "@h/x",
			"<https://h/x?" + url.QueryEscape(name) + "=" + escaped + `>; rel="next"`,
		}
		for _, text := range texts {
			for _, text := range []string{text, text[:max(0, end)%(len(text)+1)]} {
				if got := Text(text); strings.Contains(text, "hunter2") && leaks(text, got) {
					t.Errorf("%s became %s", text, got)
				}
			}
		}
		if got := Body("application/x-www-form-urlencoded", "a="+url.QueryEscape(before)+"&"+name+"="+escaped); leaks(secret, got) {
			t.Errorf("a form became %s", got)
		}
		if got := RawURL("https://ada:" + secret + "@h"); leaks(secret, got) {
			t.Errorf("a URL became %s", got)
		}
		if got := Header(name, secret); leaks(secret, got) {
			t.Errorf("%s: %s", name, got)
		}
	})
}

// leaks reports whether part of the planted secret is left. In a URL cut off before its
// @, a password cannot be distinguished from a host and port.
func leaks(text, got string) bool {
	if strings.HasPrefix(text, "https://ada:") && !strings.Contains(text, "@") {
		return false
	}
	return strings.Contains(got, "hunter2") || strings.Contains(got, "hunter3")
}

func encode(t *testing.T, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
