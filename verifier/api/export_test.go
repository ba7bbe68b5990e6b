package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"twofold/verifier"
)

// Told gives status and words of a cause, and whether the table has it.
func Told(c verifier.Cause) (status int, detail string, ok bool) {
	h, ok := refusals[c]
	return h.status, h.detail, ok
}

// Misfit says where an answer of the route differs from what openapi.json says
// of it.
func (a *API) Misfit(route string, status int, kind string, body []byte) error {
	method, path, _ := strings.Cut(route, " ")
	item := a.huma.OpenAPI().Paths[path]
	if item == nil {
		return fmt.Errorf("%s is not described", route)
	}
	name := method[:1] + strings.ToLower(method[1:])
	operation, _ := reflect.ValueOf(item).Elem().FieldByName(name).Interface().(*huma.Operation)
	if operation == nil {
		return fmt.Errorf("%s is not described", route)
	}
	response := operation.Responses[strconv.Itoa(status)]
	if response == nil && status >= 400 {
		response = operation.Responses["default"]
	}
	if response == nil {
		return fmt.Errorf("%s: status %d is not described", route, status)
	}
	if kind == "" && response.Content == nil {
		return nil
	}
	media := response.Content[kind]
	if media == nil {
		return fmt.Errorf("%s: answers of type %q are not described", route, kind)
	}
	if !strings.HasSuffix(kind, "json") || path == "/openapi.json" {
		return nil
	}
	var parsed any
	if err := json.Unmarshal(body, &parsed); err != nil {
		return fmt.Errorf("%s: %w", route, err)
	}
	result := huma.ValidateResult{}
	huma.Validate(a.huma.OpenAPI().Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, parsed, &result)
	if len(result.Errors) > 0 {
		return fmt.Errorf("%s: %v", route, result.Errors)
	}
	return nil
}
