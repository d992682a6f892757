// Package markdown completes links in Markdown.
package markdown

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// CompleteLinks makes the relative links and images of a Markdown text absolute.
// They are relative to base, a folder, and so are those with a leading slash.
// Code blocks and code spans are left as they are. For images, /blob/ in base
// becomes /raw/, as GitHub and GitLab need it.
func CompleteLinks(text string, base *url.URL) string {
	return completer{base}.text(text)
}

// completer completes links that are relative to base.
type completer struct {
	base *url.URL
}

// These match what may hold a link. The group that matched is its address.
var (
	fenceShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:```+|~~~+)") })
	inlineLink = sync.OnceValue(func() *regexp.Regexp { // from the bracket that ends its text
		return regexp.MustCompile(`^\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>\\]|\([^\s()<>\\]*\))+))`)
	})
	definition = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\[[^\[\]\n]+\]:[ \t]*\n?[ \t]*(?:<([^<>\n]*)>|([^\s<>]+))`)
	})
	htmlTag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?is:<!--.*?-->|<(?:a|img|source)\s[^<>]*>)`)
	})
	htmlLink = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\s(?:href|src|srcset)\s*=\s*(?:"([^"\s,]*)"|'([^'\s,]*)')`)
	})
)

// text completes the links of a whole text.
func (c completer) text(s string) string {
	var b strings.Builder
	fence := "" // that the current code block began with
	at, from := 0, 0
	for line := range strings.Lines(s) {
		trimmed := strings.TrimLeft(line, " >")
		marks := fenceShape().FindString(trimmed)
		end := at + len(line)
		switch {
		case fence == "" && marks != "":
			b.WriteString(c.prose(s[from:at]))
			fence, from = marks, at
		case fence != "" && strings.HasPrefix(marks, fence) && strings.TrimSpace(trimmed[len(marks):]) == "":
			b.WriteString(s[from:end])
			fence, from = "", end
		}
		at = end
	}
	if fence != "" {
		return b.String() + s[from:]
	}
	return b.String() + c.prose(s[from:])
}

// prose completes the links of a text without code blocks.
func (c completer) prose(s string) string {
	var b strings.Builder
	var images []bool // for each open bracket, whether it is an image's
	for s != "" {
		n, done := 1, "" // how many bytes of s are read, and what replaces them; "" = nothing
		switch s[0] {
		case '\\':
			n = min(2, len(s))
		case '`':
			n = codeSpan(s)
		case '<':
			tag := htmlTag().FindString(s)
			n = max(1, len(tag))
			if tag != "" && tag[1] != '!' {
				done = c.all(tag, htmlLink(), !strings.EqualFold(tag[:2], "<a"))
			}
		case '[':
			if d := definition().FindString(s); d != "" && startsLine(b.String()) {
				n, done = len(d), c.all(d, definition(), false)
				break
			}
			images = append(images, strings.HasSuffix(b.String(), "!"))
		case ']':
			if len(images) == 0 {
				break
			}
			if link := inlineLink().FindString(s); link != "" {
				n, done = len(link), c.all(link, inlineLink(), images[len(images)-1])
			}
			images = images[:len(images)-1]
		}
		if done == "" {
			done = s[:n]
		}
		b.WriteString(done)
		s = s[n:]
	}
	return b.String()
}

// codeSpan returns the length of the code span that s begins with, or of its
// backquotes if nothing closes it.
func codeSpan(s string) int {
	n := len(s) - len(strings.TrimLeft(s, "`"))
	for at := n; at < len(s); {
		i := strings.IndexByte(s[at:], '`')
		if i < 0 {
			break
		}
		at += i
		run := len(s[at:]) - len(strings.TrimLeft(s[at:], "`"))
		at += run
		if run == n {
			return at
		}
	}
	return n
}

// startsLine reports whether s ends at the start of a line, or at most three
// spaces after it.
func startsLine(s string) bool {
	line := s[strings.LastIndexByte(s, '\n')+1:]
	return len(line) <= 3 && strings.Trim(line, " ") == ""
}

// all completes the addresses of all links in s that match form.
func (c completer) all(s string, form *regexp.Regexp, image bool) string {
	var b strings.Builder
	at := 0
	for _, m := range form.FindAllStringSubmatchIndex(s, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				b.WriteString(s[at:m[g]])
				b.WriteString(c.address(s[m[g]:m[g+1]], image))
				at = m[g+1]
			}
		}
	}
	return b.String() + s[at:]
}

var imageFiles = []string{".apng", ".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}

// address completes one address, unless it is absolute or only a fragment.
// GitHub and GitLab show a file below /blob/ and serve the file itself, which an
// image needs, below /raw/.
func (c completer) address(s string, image bool) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return s
	}
	base := *c.base
	if image || slices.Contains(imageFiles, strings.ToLower(path.Ext(u.Path))) {
		base.Path = strings.Replace(base.Path, "/blob/", "/raw/", 1)
	}
	u.Path, u.RawPath = strings.TrimLeft(u.Path, "/"), strings.TrimLeft(u.RawPath, "/")
	return base.ResolveReference(u).String()
}
