package verb

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

// A Text is a result in the form of text, and of a document for other formats.
type Text struct {
	Text     string
	Document any
}

// PrintText finishes a command that prints text, or a document if a format is given
// on the command line. A text returned with a cli.CheckError is printed as well.
func PrintText(
	a *cli.App, cmd *cobra.Command, get func(context.Context, *dockerhub.Client, []string) (Text, error),
) *cobra.Command {
	cli.Honors(cmd, cli.DocumentFlags...)
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, formatted, err := a.DocumentOptions()
		if err != nil {
			return err
		}
		t, err := get(ctx, c, args)
		if _, found := errors.AsType[cli.CheckError](err); err != nil && !found {
			return err
		}
		if formatted {
			return cmp.Or(output.Document(a.Out(), cli.MustJSON(t.Document), o), err)
		}
		return cmp.Or(a.PrintText(t.Text), err)
	})
}
