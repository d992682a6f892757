package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
)

const (
	completionBudget = time.Second     // for one listing
	completionFresh  = 5 * time.Minute // how long cached candidates are used
)

// A Candidate is a value that completion offers.
type Candidate struct {
	Value string `json:"value"`
	About string `json:"about"`
}

// CompleteAt completes each argument with the function at its position, and
// further arguments with the last one.
func CompleteAt(functions ...cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return functions[min(len(args), len(functions)-1)](cmd, args, typed)
	}
}

// Complete offers the candidates of a noun for a command's arguments: from a
// recent listing, or else from fetch. A noun that depends on others includes
// them, as in "teams acme". Complete never logs in with a password and prints
// nothing.
func Complete(
	a *App, cmd *cobra.Command, args []string, noun string,
	fetch func(context.Context, *dockerhub.Client) ([]Candidate, error),
) ([]string, cobra.ShellCompDirective) {
	return CompleteNamed(a, cmd, args, "", func() (string, error) { return noun, nil }, fetch)
}

// CompleteNamed is Complete for a noun that depends on the session, with a
// prefix before each candidate. Candidates of the noun "" are not cached.
func CompleteNamed(
	a *App, cmd *cobra.Command, args []string, prefix string, noun func() (string, error),
	fetch func(context.Context, *dockerhub.Client) ([]Candidate, error),
) ([]string, cobra.ShellCompDirective) {
	if !wantsMore(cmd, args) {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return CompleteValue(a, cmd, args, prefix, noun, fetch)
}

// wantsMore reports whether cmd takes another argument after args.
func wantsMore(cmd *cobra.Command, args []string) bool {
	const most = 3 // the most arguments that any command requires
	more := slices.Clone(args)
	for range most {
		more = append(more, "next")
		if cmd.Args == nil || cmd.Args(cmd, more) == nil {
			return true
		}
	}
	return false
}

// CompleteValue is CompleteNamed for the value of a flag. It does not offer args.
func CompleteValue(
	a *App, cmd *cobra.Command, args []string, prefix string, noun func() (string, error),
	fetch func(context.Context, *dockerhub.Client) ([]Candidate, error),
) ([]string, cobra.ShellCompDirective) {
	none := cobra.ShellCompDirectiveNoFileComp
	if err := a.Begin(cmd); err != nil {
		return nil, none
	}
	a.Quiet, a.Settings.Retries, a.Settings.Verbose = true, 0, 0
	ctx, cancel := context.WithTimeout(cmd.Context(), completionBudget)
	defer cancel()
	o, err := openFor(ctx, a, cmd)
	if err != nil {
		return nil, none
	}
	name, err := noun()
	if err != nil {
		return nil, none
	}
	file := candidatesOf(a, name)
	found, fresh := file.read()
	if !fresh && o.Session.WithoutPassword(ctx) {
		if now, err := fetch(ctx, o.Client); err == nil {
			found = now
			file.write(ctx, found)
		}
	}
	var out []string
	for _, c := range found {
		if value := prefix + c.Value; !slices.Contains(args, value) {
			out = append(out, cobra.CompletionWithDesc(output.Clean(value), output.Clean(c.About)))
		}
	}
	return out, none
}

// Candidates collects the candidates of a listing. An ambiguous value, or one that cannot
// be typed, is replaced with the identifier of the thing.
func Candidates[T any](of func(T) (value, about string), rows iter.Seq2[T, error]) ([]Candidate, error) {
	var cs []Candidate
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		value, about := of(row)
		cs = append(cs, Candidate{value, about})
	}
	return distinct(cs), nil
}

func distinct(cs []Candidate) []Candidate {
	count := map[string]int{}
	for _, c := range cs {
		count[c.Value]++
	}
	for i, c := range cs {
		if (c.Value == "" || count[c.Value] > 1 || output.Clean(c.Value) != c.Value) && c.About != "" {
			cs[i] = Candidate{Value: c.About, About: c.Value}
		}
	}
	return cs
}

// RememberCandidates yields rows and, after the last one, caches their candidates.
func RememberCandidates[T any](
	ctx context.Context, a *App, noun string, of func(T) (value, about string), rows iter.Seq2[T, error],
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var cs []Candidate
		for row, err := range rows {
			if !yield(row, err) || err != nil {
				return
			}
			value, about := of(row)
			cs = append(cs, Candidate{value, about})
		}
		candidatesOf(a, noun).write(ctx, distinct(cs))
	}
}

// A candidateFile caches the candidates of one noun for one session.
type candidateFile struct {
	path string // "" = no cache
	now  time.Time
}

type candidateList struct {
	At         time.Time   `json:"at"`
	Candidates []Candidate `json:"candidates"`
}

func candidatesOf(a *App, noun string) candidateFile {
	dir, s := a.Settings.ActivePaths().Cache, a.Current.Session
	if dir == "" || noun == "" || s.Kind == dockerhub.Anonymous {
		return candidateFile{}
	}
	return candidateFile{filepath.Join(dir, "completion", identityName(a.Settings.Origin(), s.User),
		url.QueryEscape(noun)+".json"), a.Now}
}

// identityName returns the name of the folder for a user at an origin.
func identityName(origin, user string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", origin, user))
	return hex.EncodeToString(sum[:8])
}

func (f candidateFile) read() (cs []Candidate, fresh bool) {
	var l candidateList
	b, err := lockfile.File{Path: f.path, Private: true}.Read()
	if f.path == "" || err != nil || json.Unmarshal(b, &l) != nil {
		return nil, false
	}
	age := f.now.Sub(l.At)
	return l.Candidates, age >= 0 && age < completionFresh
}

// write caches candidates. It ignores failures, which only cost time.
func (f candidateFile) write(ctx context.Context, cs []Candidate) {
	if f.path != "" {
		_ = lockfile.File{Path: f.path, Private: true}.Update(ctx,
			func([]byte) ([]byte, error) { return json.Marshal(candidateList{f.now, cs}) })
	}
}

// ForgetCandidates deletes the cached candidates for a user at an origin.
func ForgetCandidates(a *App, origin, user string) error {
	if a.Settings.ActivePaths().Cache == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(a.Settings.ActivePaths().Cache, "completion", identityName(origin, user)))
}

// Columns returns the names of a command's columns.
func Columns(cmd *cobra.Command) []string {
	return slices.DeleteFunc(strings.Split(cmd.Annotations[ColumnsKey], ", "),
		func(name string) bool { return name == "" })
}

// completeColumns completes --columns, and completeSort --sort.
func completeColumns(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return furtherOf(Columns(cmd), typed), cobra.ShellCompDirectiveNoFileComp
}

func completeSort(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return Signed(Columns(cmd), typed), cobra.ShellCompDirectiveNoFileComp
}

// furtherOf returns the values that may complete the last item of a typed
// comma-separated list, each prefixed with the preceding items.
func furtherOf(values []string, typed string) []string {
	begun := typed[:strings.LastIndex(typed, ",")+1]
	var out []string
	for _, v := range values {
		if !strings.Contains(","+begun, ","+v+",") {
			out = append(out, begun+v)
		}
	}
	return out
}

// Signed returns names to sort by, with a hyphen before each if one was typed.
func Signed(names []string, typed string) []string {
	if !strings.HasPrefix(typed, "-") {
		return names
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = "-" + name
	}
	return out
}

// PrepareCompletion works around limits of cobra if args ask for completion: cobra
// shows the backticks of flag usages, offers candidates that do not match the
// typed text, and mistakes the hyphen in "--sort -" for the beginning of a flag.
func PrepareCompletion(root *cobra.Command, args []string) {
	if !Completing(args) {
		return
	}
	prepareCommand(root)
	n := len(args) - 1
	if args[n-1] == "--sort" && strings.HasPrefix(args[n], "-") {
		root.SetArgs(append(slices.Clone(args[:n-1]), args[n-1]+"="+args[n]))
	}
}

// Completing reports whether the arguments ask for completion.
func Completing(args []string) bool {
	return len(args) > 1 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

func prepareCommand(cmd *cobra.Command) {
	if cmd.ValidArgsFunction != nil {
		cmd.ValidArgsFunction = prefixed(cmd.ValidArgsFunction)
	}
	for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = strings.ReplaceAll(f.Usage, "`", "") })
	}
	for _, sub := range cmd.Commands() {
		prepareCommand(sub)
	}
}

// prefixed offers only candidates that begin with the typed text. Shells differ:
// fish accepts any candidate that contains it.
func prefixed(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		found, directive := complete(cmd, args, typed)
		if directive&(cobra.ShellCompDirectiveFilterFileExt|cobra.ShellCompDirectiveFilterDirs) != 0 {
			return found, directive // instructions to the shell, not candidates
		}
		return slices.DeleteFunc(slices.Clone(found), func(candidate string) bool {
			return !strings.HasPrefix(candidate, typed)
		}), directive
	}
}

// CompleteProfiles completes with the names of profiles.
func CompleteProfiles(a *App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		if a.Begin(cmd) != nil && a.Settings == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		stored, _ := a.Store().Profiles() // on error, it offers fewer
		all := append(slices.Clone(a.Settings.Profiles), stored...)
		slices.Sort(all)
		return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
	}
}
