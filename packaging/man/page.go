package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/cli"
)

// A footer is the bottom line of every page.
type footer struct{ date, version string }

// pages returns all pages by the names of their files.
func pages(root *cobra.Command, f footer) map[string][]byte {
	all := map[string][]byte{}
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		all[name(c)+".1"] = md2man.Render([]byte(title(name(c), "1", f) + commandPage(c)))
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				add(sub)
			}
		}
	}
	add(root)
	for _, topic := range cli.Topics {
		text := strings.SplitN(topic.Text(root), "\n", 2)[1] // without its title
		name := root.Name() + "-" + topic.Name
		all[name+".7"] = md2man.Render([]byte(title(name, "7", f) + section("Name", escape(name+" - "+topic.Short)) +
			section("Description", prose(text)) + section("See also", "**"+root.Name()+"**(1)")))
	}
	return all
}

// name returns the name of a command's page.
func name(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func title(name, number string, f footer) string {
	return fmt.Sprintf("%% %q %q %q %q \"hubctl manual\"\n", strings.ToUpper(name), number, f.date, "hubctl "+f.version)
}

func section(title, body string) string {
	if strings.TrimSpace(body) == "" {
		return ""
	}
	return "\n# " + strings.ToUpper(title) + "\n\n" + strings.Trim(body, "\n") + "\n"
}

// commandPage returns a command's page in Markdown.
func commandPage(c *cobra.Command) string {
	flags := c.LocalFlags() // also adds the global flags to c
	subs := map[string]string{}
	for _, sub := range c.Commands() {
		if cli.IsShown(sub) {
			subs[sub.GroupID] += term("**"+escape(sub.Name())+"**", escape(sub.Short))
		}
	}
	var b strings.Builder
	b.WriteString(section("Name", escape(name(c)+" - "+c.Short)))
	rest := strings.TrimPrefix(cli.UsageLine(c), c.CommandPath())
	b.WriteString(section("Synopsis", "**"+escape(c.CommandPath())+"**"+escape(rest)))
	b.WriteString(section("Description", prose(cli.Purpose(c))))
	for _, group := range c.Groups() {
		b.WriteString(section(group.Title, subs[group.ID]))
	}
	b.WriteString(section("Commands", subs[""]))
	if c.HasParent() {
		b.WriteString(section("Options", options(flags)))
	}
	b.WriteString(section("Global options", escape(strings.Join(cli.FlagNames(cli.GlobalFlagsOf(c)), ", "))))
	b.WriteString(section("Columns", escape(strings.Join(cli.Columns(c), ", "))))
	b.WriteString(section("Aliases", escape(strings.Join(c.Aliases, ", "))))
	b.WriteString(section("Exit status", prose(cli.ExitStatuses(c))))
	b.WriteString(section("Examples", verbatim(c.Example)))
	b.WriteString(section("See also", related(c)))
	return b.String()
}

// related lists the page of the parent, or those of the topics.
func related(c *cobra.Command) string {
	pages := []string{"**hubctl-exit-codes**(7)", "**hubctl-formatting**(7)"}
	if c.HasParent() {
		return strings.Join(append([]string{"**" + escape(name(c.Parent())) + "**(1)"}, pages...), ", ")
	}
	pages = nil
	for _, topic := range cli.Topics {
		pages = append(pages, "**"+escape(c.Name()+"-"+topic.Name)+"**(7)")
	}
	return strings.Join(pages, ", ")
}

// described matches the description of a flag by pflag: its names, type and usage.
var described = regexp.MustCompile(`^ +(\S.*?) {3,}(.*)\n$`)

func options(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		if m := described.FindStringSubmatch(cli.FlagUsage(f)); m != nil {
			b.WriteString(term("**"+escape(m[1])+"**", escape(m[2])))
		}
	})
	return b.String()
}

// term returns an entry of a definition list.
func term(what, meaning string) string { return what + "\n: " + meaning + "\n\n" }

// prose converts a text of a help page: indented lines stay unchanged, or make a
// list; the others are paragraphs.
func prose(text string) string {
	var b strings.Builder
	var shown []string
	flush := func() {
		b.WriteString(verbatim(strings.Join(shown, "\n")))
		shown = nil
	}
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		item, isItem := strings.CutPrefix(line, "  - ")
		switch {
		case isItem:
			flush()
			b.WriteString("- " + escape(item) + "\n")
		case line == "":
			if len(shown) > 0 {
				shown = append(shown, "")
				continue
			}
			b.WriteString("\n")
		case strings.HasPrefix(line, " "):
			shown = append(shown, line)
		default:
			flush()
			b.WriteString(escape(line) + "\n")
		}
	}
	flush()
	return b.String()
}

// verbatim returns lines that are shown unchanged, but without their indentation.
func verbatim(text string) string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return "\n```\n" + strings.Join(lines, "\n") + "\n```\n\n"
}

// escape escapes what has a meaning in Markdown.
func escape(text string) string { return special.ReplaceAllString(text, `\$0`) }

var special = regexp.MustCompile("[\\\\`*_{}\\[\\]()#+\\-.!:|&<>~]")
