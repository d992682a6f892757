package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/rawapi"
)

// rawRequest returns the request of the command line. Its errors are usage errors.
func rawRequest(ctx context.Context, a *cli.App, c *dockerhub.Client, f rawFlags, args []string) (
	dockerhub.Request, error,
) {
	r := dockerhub.Request{Method: "GET"}
	path := "/v2/access-tokens"
	switch len(args) {
	case 1:
		path = args[0]
		if slices.Contains(methods, strings.ToUpper(path)) {
			return r, fmt.Errorf("%s needs a path, such as /v2/access-tokens", strings.ToUpper(path))
		}
	case 2:
		r.Method, path = strings.ToUpper(args[0]), args[1]
		if !slices.Contains(methods, r.Method) {
			return r, fmt.Errorf("unknown method %q: must be one of %s", args[0], strings.Join(methods, ", "))
		}
	}
	switch {
	case f.slurp && !f.paginate:
		return r, errors.New("--slurp needs --paginate")
	case f.paginate && r.Method != "GET":
		return r, errors.New("--paginate needs GET")
	case f.unchecked && f.file == "":
		return r, errors.New("--no-check needs --file")
	}
	var err error
	if r.URL, err = c.Resolve(path); err != nil {
		return r, err
	}
	if r.Header, err = readHeaders(f.headers); err != nil {
		return r, err
	}
	fields, err := rawapi.Fields(func(name string) ([]byte, error) { return a.IO.ReadFile(ctx, name) }, f.typed, f.text)
	switch {
	case err != nil:
		return r, err
	case f.file != "":
		r.Body, err = rawFile(ctx, a, f)
		return r, err
	case fields == nil && !f.empty && r.Method == "POST":
		return r, errors.New("POST needs a body: pass -f FILE, -F key=value, or --empty for none")
	case fields == nil:
		return r, nil
	case r.Method == "GET" || r.Method == "HEAD":
		q := r.URL.Query()
		if err := rawapi.AddQuery(q, fields); err != nil {
			return r, err
		}
		r.URL.RawQuery = q.Encode()
		return r, nil
	}
	r.Body = cli.MustJSON(fields)
	return r, nil
}

func rawFile(ctx context.Context, a *cli.App, f rawFlags) ([]byte, error) {
	b, err := a.IO.ReadFile(ctx, f.file)
	switch {
	case err != nil && strings.Contains(f.file, "="):
		return nil, cli.Hinted(err, "to send a field: -F "+f.file)
	case err != nil || f.unchecked:
		return b, err
	}
	return b, cli.CheckJSON(f.file, b)
}

func readHeaders(given []string) (http.Header, error) {
	h := http.Header{}
	for _, line := range given {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("invalid header %q: expected 'Name: value'", line)
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		h[name] = append(h[name], strings.TrimSpace(value))
	}
	return h, nil
}
