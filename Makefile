# make test is what a new machine runs: it installs the parts that the tests need (Debian's packages, when it may), then
# runs every test with those parts required. A bare "go test ./..." skips, by name, what is missing.

GO ?= go
BIN ?= twofold
LINTER ?= $(shell $(GO) env GOPATH)/bin/golangci-lint

.PHONY: build test parts format lint picture bench clean

build:
	$(GO) build -o $(BIN) ./cmd/twofold

test: parts
	TWOFOLD_TEST_PARTS=required $(GO) test -race -timeout 30m ./...

parts:
	@.ci/parts

format:
	@unformatted=$$(gofmt -l cmd tui vault verifier qr); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }

lint: format
	$(GO) vet ./...
	@test -x $(LINTER) || $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	$(LINTER) run ./...
	@.ci/requirements --check

bench:
	$(GO) test -run '^$$' -bench . -benchtime 200x ./tui/... ./qr/... ./vault/... ./verifier/...

# picture draws the pictures in docs anew from the running program.
picture: build
	.ci/picture

clean:
	rm -f $(BIN)
