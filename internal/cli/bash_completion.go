package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// BashCompletion writes cobra's script for bash with a different quoting function.
// The script compares quoted candidates with the typed word, so quoted commas
// would break the completion of comma-separated lists.
func BashCompletion(root *cobra.Command, w io.Writer) error {
	var script bytes.Buffer
	if err := root.GenBashCompletionV2(&script, true); err != nil {
		return err
	}
	text := strings.NewReplacer(
		`printf -v comp "%q"`, "__hubctl_quote -v comp",
		`printf "%q\n"`, "__hubctl_quote",
		`printf "%q"`, "__hubctl_quote",
	).Replace(script.String())
	_, err := io.WriteString(w, text+bashQuote)
	return err
}

const bashQuote = `
# Quotes words as printf %q does, except for commas.
__hubctl_quote() {
    local word quoted
    if [[ $1 == -v ]]; then
        printf -v quoted "%q" "$3"
        printf -v "$2" "%s" "${quoted//\\,/,}"
        return
    fi
    for word; do
        printf -v quoted "%q" "$word"
        printf "%s\n" "${quoted//\\,/,}"
    done
}
`
