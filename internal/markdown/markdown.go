// Package markdown normalizes Markdown texts, and finds and completes their links.
package markdown

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Normalize removes differences that come from the Hub or an editor: the form of line
// endings, and trailing blanks.
func Normalize(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \t\r\n")
	if s == "" {
		return ""
	}
	return s + "\n"
}

// CompleteLinks makes the relative links and images of a text absolute. They are
// relative to base, a folder, even with a leading slash. It does not
// change code blocks and code spans. For images, /blob/ in base becomes /raw/, where
// GitHub and GitLab serve files.
func CompleteLinks(text string, base *url.URL) string {
	w := walker{visit: func(_ int, address *url.URL, image bool) string { return complete(base, address, image) }}
	return w.text(text)
}

// A Link is a link or an image in a text.
type Link struct {
	Line    int // counted from 1
	Address string
}

// RelativeLinks returns the links and images that CompleteLinks would complete.
func RelativeLinks(text string) []Link {
	var links []Link
	w := walker{visit: func(line int, address *url.URL, _ bool) string {
		links = append(links, Link{line, address.String()})
		return address.String()
	}}
	w.text(text)
	return links
}

// A walker visits the relative links of a text and replaces them with what visit
// returns.
type walker struct {
	visit func(line int, address *url.URL, image bool) string
	line  int // where the piece of text being read begins
}

// These match text that may hold a link. The group that matched is its address.
var (
	fenceShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:```+|~~~+)") })
	inlineLink = sync.OnceValue(func() *regexp.Regexp { // from the bracket that ends its text
		return regexp.MustCompile(`^\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>\\]|\([^\s()<>\\]*\))+))`)
	})
	definition = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\[[^\[\]\n]+\]:[ \t]*\n?[ \t]*(?:<([^<>\n]*)>|([^\s<>]+))`)
	})
	htmlTag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?is:<!--.*?-->|<(?:a|img|source)\s(?:"[^"]*"|'[^']*'|[^<>"'])*>)`)
	})
	htmlLink = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\s(?:href|src)\s*=\s*(?:"([^"\s]*)"|'([^'\s]*)'|` + "([^\\s\"'`=<>][^\\s\"'`<>]*))")
	})
	htmlImages = sync.OnceValue(func() *regexp.Regexp { // the group is a list of candidates
		return regexp.MustCompile(`(?i)\ssrcset\s*=\s*(?:"([^"]*)"|'([^']*)'|` + "([^\\s\"'`=<>][^\\s\"'`<>]*))")
	})
	candidate = sync.OnceValue(func() *regexp.Regexp { // and its descriptor, such as 2x
		return regexp.MustCompile(`([^\s,]\S*[^\s,]|[^\s,])(?:\s[^,]*)?(?:,|$)`)
	})
)

// text replaces the links of a whole text.
func (w *walker) text(s string) string {
	var b strings.Builder
	w.line = 1
	fence := "" // the marks that opened the current code block
	at, from := 0, 0
	for line := range strings.Lines(s) {
		trimmed := strings.TrimLeft(line, " >")
		marks := fenceShape().FindString(trimmed)
		end := at + len(line)
		switch {
		case fence == "" && marks != "":
			b.WriteString(w.prose(s[from:at]))
			fence, from = marks, at
		case fence != "" && strings.HasPrefix(marks, fence) && strings.TrimSpace(trimmed[len(marks):]) == "":
			b.WriteString(w.skip(s[from:end]))
			fence, from = "", end
		}
		at = end
	}
	if fence != "" {
		return b.String() + s[from:]
	}
	return b.String() + w.prose(s[from:])
}

// skip returns s as it is and moves the walker behind it.
func (w *walker) skip(s string) string {
	w.line += strings.Count(s, "\n")
	return s
}

// prose replaces the links of a text without code blocks.
func (w *walker) prose(s string) string {
	var b strings.Builder
	var images []bool // for each open bracket, whether it is an image's
	for s != "" {
		n, done := 1, "" // the number of bytes read, and their replacement; "" = none
		switch s[0] {
		case '\\':
			n = min(2, len(s))
		case '`':
			n = codeSpan(s)
		case '<':
			tag := htmlTag().FindString(s)
			n = max(1, len(tag))
			if tag != "" && tag[1] != '!' {
				done = w.all(tag, htmlLink(), !strings.EqualFold(tag[:2], "<a"))
				done = each(done, htmlImages(), func(list string) string { return w.all(list, candidate(), true) })
			}
		case '[':
			if d := definition().FindString(s); d != "" && startsLine(b.String()) {
				n, done = len(d), w.all(d, definition(), false)
				break
			}
			images = append(images, strings.HasSuffix(b.String(), "!"))
		case ']':
			if len(images) == 0 {
				break
			}
			if link := inlineLink().FindString(s); link != "" {
				n, done = len(link), w.all(link, inlineLink(), images[len(images)-1])
			}
			images = images[:len(images)-1]
		}
		if done == "" {
			done = s[:n]
		}
		b.WriteString(done)
		w.skip(s[:n])
		s = s[n:]
	}
	return b.String()
}

// codeSpan returns the length of the code span at the start of s, or of its
// backquotes if it is not closed.
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

// all visits every address in s that shape matches.
func (w *walker) all(s string, shape *regexp.Regexp, image bool) string {
	return each(s, shape, func(address string) string {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" { // absolute, or a fragment
			return address
		}
		return w.visit(w.line, u, image)
	})
}

// each replaces the groups of every match of shape in s.
func each(s string, shape *regexp.Regexp, replace func(string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range shape.FindAllStringSubmatchIndex(s, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				b.WriteString(s[at:m[g]])
				b.WriteString(replace(s[m[g]:m[g+1]]))
				at = m[g+1]
			}
		}
	}
	return b.String() + s[at:]
}

var imageFiles = []string{".apng", ".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}

// complete makes an address absolute. GitHub and GitLab show a file below /blob/
// and serve the file itself, which an image needs, below /raw/.
func complete(base, address *url.URL, image bool) string {
	folder, u := *base, *address
	if image || slices.Contains(imageFiles, strings.ToLower(path.Ext(u.Path))) {
		folder.Path = strings.Replace(folder.Path, "/blob/", "/raw/", 1)
	}
	u.Path, u.RawPath = strings.TrimLeft(u.Path, "/"), strings.TrimLeft(u.RawPath, "/")
	return folder.ResolveReference(&u).String()
}
