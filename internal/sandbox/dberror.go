package sandbox

import (
	"net/http"
	"regexp"
	"sync"
)

var uuidShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
})

// databaseError is the Hub's answer to an identifier that is not a UUID. The body was
// recorded; the status, 400, is a guess.
func (c *call) databaseError(id string) *fault {
	type fields struct {
		Column     string `json:"column"`
		Constraint string `json:"constraint"`
		DataType   string `json:"data_type_name"`
		Detail     string `json:"detail"`
		Class      string `json:"error_class"`
		Code       string `json:"error_code"`
		Severity   string `json:"severity"`
		Table      string `json:"table"`
		UserUUID   string `json:"user_uuid"`
		Username   string `json:"username"`
		UUID       string `json:"uuid"`
	}
	return &fault{http.StatusBadRequest, struct {
		Fields fields `json:"fields"`
		File   string `json:"file"`
		Func   string `json:"func"`
		Line   int    `json:"line"`
		Text   string `json:"text"`
	}{
		Fields: fields{
			Class: "data_exception", Code: "invalid_text_representation", Severity: "ERROR",
			UserUUID: c.who.account.uuid(), Username: c.who.account.Name, UUID: id,
		},
		File: "/go/src/github.com/docker/saas-mega/lib/go-pg/error.go",
		Func: "github.com/docker/saas-mega/lib/go-pg.Error",
		Line: 33,
		Text: "GetApiToken query error",
	}}
}
