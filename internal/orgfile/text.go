package orgfile

import (
	"cmp"
	"fmt"
	"strings"
)

// Text returns the differences for people, or "" if there is nothing to say.
func (d Diff) Text() string {
	var b strings.Builder
	for _, c := range d.Changes {
		fmt.Fprintln(&b, c.Line())
		if c.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", c.Hint)
		}
		for line := range strings.Lines(c.Lines()) {
			b.WriteString("    " + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	if public := d.public(); len(public) > 0 {
		fmt.Fprintf(&b, "\nThese repositories would become public: %s\n", strings.Join(public, ", "))
	}
	if len(d.Pending) > 0 {
		fmt.Fprintf(&b, "\nInvited, and not joined yet: %s\n", strings.Join(d.Pending, ", "))
	}
	if len(d.Unmanaged) > 0 {
		b.WriteString("\nNot in the file, and not managed:\n")
		for _, line := range d.otherThings(10) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if b.Len() > 0 {
		fmt.Fprintf(&b, "\n%s\n", d.Summary())
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// otherThings describes the things that are not managed in a line for each kind, with at most
// limit names.
func (d Diff) otherThings(limit int) (lines []string) {
	var kinds []string
	of := map[string][]string{}
	for _, c := range d.Unmanaged {
		name := word(cmp.Or(c.Item, c.Name))
		kind := strings.TrimSuffix(c.title(), name)
		if of[kind] == nil {
			kinds = append(kinds, kind)
		}
		of[kind] = append(of[kind], name)
	}
	for _, kind := range kinds {
		all := of[kind]
		line := kind + strings.Join(all[:min(len(all), limit)], ", ")
		if more := len(all) - limit; more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, line)
	}
	return lines
}

// public are the repositories that would become public.
func (d Diff) public() []string {
	var all []string
	for _, c := range d.Changes {
		if c.Public {
			all = append(all, c.Name)
		}
	}
	return all
}

// Summary counts the changes.
func (d Diff) Summary() string {
	counts := map[string]int{}
	for _, c := range d.Changes {
		counts[c.Action]++
	}
	return fmt.Sprintf("%d to add, %d to change, %d to remove, %d not managed",
		counts[Add], counts[Edit], counts[Remove], len(d.Unmanaged))
}

// Markdown returns the differences for a comment on a pull request.
func (d Diff) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s on Docker Hub\n\n", d.Organization)
	if len(d.Changes) == 0 {
		b.WriteString("No differences.\n")
	} else {
		b.WriteString("```diff\n")
		for _, c := range d.Changes {
			// GitHub and GitLab color lines that begin with +, - and !
			line := c.Line()
			if c.Action == Edit {
				line = "!" + strings.TrimPrefix(line, "~")
			}
			b.WriteString(fenced(line) + "\n")
			if c.Hint != "" {
				fmt.Fprintf(&b, "# %s\n", fenced(c.Hint))
			}
			b.WriteString(fenced(c.Lines()))
		}
		b.WriteString("```\n")
	}
	if public := d.public(); len(public) > 0 {
		fmt.Fprintf(&b, "\n**These repositories would become public: %s**\n", strings.Join(public, ", "))
	}
	if len(d.Unmanaged) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>Not managed: %d</summary>\n\n", len(d.Unmanaged))
		for _, line := range d.otherThings(100) {
			fmt.Fprintf(&b, "- %s\n", strings.NewReplacer("<", "&lt;", "`", "'").Replace(line))
		}
		b.WriteString("\n</details>\n")
	}
	fmt.Fprintf(&b, "\n%s\n", d.Summary())
	return b.String()
}

// fenced keeps a text from ending the block of code that it is in.
func fenced(s string) string { return strings.ReplaceAll(s, "```", "'''") }
