package sandbox

import "net/http"

// A status says what may be done with a repository.
type status struct {
	number int
	text   string
}

var (
	active   = status{1, "active"}
	archived = status{0, "inactive"}
	locked   = status{2, "locked"} // the Hub's number is not known
)

// status returns the repository's status. One that is locked, because the namespace
// has too many private repositories, becomes active when it is made public.
func (r repo) status() status {
	if r.set == (status{}) || r.set == locked && !r.private {
		return active
	}
	return r.set
}

// statuses can be set by a request.
var statuses = map[int]status{archived.number: archived, active.number: active}

// checkStatus refuses a status that the repository cannot have: one without images
// cannot be made active.
func checkStatus(r repo, to *int) error {
	if to == nil {
		return nil
	}
	next, ok := statuses[*to]
	switch {
	case !ok:
		return invalid("Invalid status", "status", "Must be 0 or 1.")
	case r.status() == locked:
		return message(http.StatusForbidden, "repository is locked")
	case next == active && r.status() == archived && r.tags == 0:
		return invalid("Invalid status", "status", "A repository without images cannot be made active.")
	}
	return nil
}
