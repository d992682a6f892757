package redact

import (
	"slices"
	"strings"
	"unicode"
)

// stems make any name that contains them secret: userPassword, ACCESSTOKEN.
var stems = []string{
	"password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "authorization",
	"cookie", "bearer", "apikey",
}

// secretWords make a name secret that has them as a word; secretEndings, as its last
// word.
var (
	secretWords   = []string{"otp", "totp", "jwt", "pwd", "signature", "sig"}
	secretEndings = []string{"auth", "auths", "sid", "pin", "session", "sessions", "sessionid"}
)

// harmless are last words of names that are about a secret but do not hold one:
// token_label, secret_id, password_changed_at.
var harmless = []string{
	"label", "labels", "name", "names", "description", "type", "types", "kind", "scope", "scopes",
	"id", "ids", "uuid", "count", "counts", "total", "limit", "length", "size", "version",
	"at", "on", "by", "in", "date", "time", "ttl", "expiry", "expires", "expiration", "lifetime",
	"status", "state", "enabled", "disabled", "active", "required", "policy",
}

// keyKinds are kinds of secret keys: an API key is secret, the key of a row is not.
var keyKinds = []string{
	"api", "secret", "private", "access", "signing", "encryption", "ssh", "deploy", "license", "recovery",
	"master", "account", "shared",
}

// publicCodes are codes that are not secret.
var publicCodes = []string{
	"error", "err", "status", "exit", "reason", "country", "language", "zip", "postal", "response", "http",
}

// SecretName reports whether a field or parameter with this name holds a secret. The
// token for a listing's next page is not a secret.
func SecretName(name string) bool {
	words := split(name)
	if len(words) == 0 {
		return false
	}
	last, before := words[len(words)-1], ""
	if len(words) > 1 {
		before = words[len(words)-2]
	}
	switch {
	case slices.Contains(secretEndings, last), before == "session" && last == "id":
		return true
	case last == "code" || last == "codes":
		return !slices.Contains(publicCodes, before)
	case last == "key" || last == "keys":
		return slices.Contains(keyKinds, before) || hasStem(words)
	case last == "url":
		return slices.Contains(words, "hook") || slices.Contains(words, "webhook") || hasStem(words)
	case slices.Contains(harmless, last), slices.Contains(words, "page"):
		return false
	}
	return hasStem(words) || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(secretWords, w) })
}

func hasStem(words []string) bool {
	joined := strings.Join(words, "")
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(joined, stem) })
}

// secretHeader is SecretName for headers, where hiding too much does little harm.
func secretHeader(name string) bool {
	lower := strings.ToLower(name)
	return SecretName(name) || slices.ContainsFunc([]string{"auth", "session", "key", "cookie"}, func(part string) bool {
		return strings.Contains(lower, part)
	})
}

// split returns the words of a name in lower case, however they are joined.
func split(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			continue
		}
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) ||
			unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}
