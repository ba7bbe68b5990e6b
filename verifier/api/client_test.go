package api_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sync"
	"testing"

	"twofold/verifier/api"
)

// TestClientHasEveryCall calls every method of Client, and looks at which
// routes they ask for.
func TestClientHasEveryCall(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	mux := http.NewServeMux()
	for _, route := range everyRoute() {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, r.Pattern)
			_, _ = w.Write([]byte("null"))
		})
	}
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("there is no %s %s", r.Method, r.URL.Path) })
	server := httptest.NewServer(mux)
	defer server.Close()
	client := api.NewClient(server.URL, labToken)
	defer client.CloseIdle()

	of := reflect.ValueOf(client)
	for i := range of.NumMethod() {
		kind := of.Method(i).Type()
		if kind.NumIn() == 0 {
			continue // URL, CloseIdle
		}
		in := []reflect.Value{reflect.ValueOf(t.Context())}
		for n := 1; n < kind.NumIn(); n++ {
			arg := reflect.New(kind.In(n)).Elem()
			if arg.Kind() == reflect.String {
				arg.SetString("x")
			}
			in = append(in, arg)
		}
		out := of.Method(i).Call(in)
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			t.Errorf("%s: %v", of.Type().Method(i).Name, err)
		}
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	for _, route := range everyRoute() {
		if route != "GET /openapi.json" && !slices.Contains(asked, route) {
			t.Errorf("Client has no method for %s", route)
		}
	}
}
