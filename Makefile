# make test is what a new machine runs: it installs the parts that the tests need (Debian's packages, when it may), then
# runs every test with those parts required. A bare "go test ./..." skips, by name, what is missing.

GO ?= go
BIN ?= twofold
TORTURE_TIMEOUT ?= 60m
LINTER ?= $(shell $(GO) env GOPATH)/bin/golangci-lint

.PHONY: build test torture parts format lint picture bench clean

build:
	$(GO) build -o $(BIN) ./cmd/twofold

# The tests that kill, break and search the program say what they found; the lines come last. The decoder of pictures is one
# long computation in one goroutine: the race detector would find nothing in it, and take a quarter of an hour.
test: parts
	@report=$$(mktemp) && trap 'cat "$$report"; rm -f "$$report"' EXIT && \
	export GORACE=atexit_sleep_ms=0 TWOFOLD_TEST_PARTS=required TWOFOLD_TORTURE=60s TWOFOLD_TEST_REPORT="$$report" && \
	$(GO) test -timeout 30m ./qr && \
	$(GO) test -race -timeout 30m $$($(GO) list ./... | grep -v '/qr$$')

# torture kills the program for longer: TWOFOLD_TORTURE=8h make torture TORTURE_TIMEOUT=9h. TWOFOLD_TORTURE_SEED repeats a run.
torture: parts
	@report=$$(mktemp) && trap 'cat "$$report"; rm -f "$$report"' EXIT && \
	TWOFOLD_TEST_PARTS=required TWOFOLD_TORTURE="$${TWOFOLD_TORTURE:-15m}" TWOFOLD_TEST_REPORT="$$report" \
		$(GO) test -count 1 -timeout "$(TORTURE_TIMEOUT)" -run 'TestTorture|TestFaultsAtEachSystemCall' ./cmd/twofold && \
	TWOFOLD_TEST_PARTS=required TWOFOLD_TEST_REPORT="$$report" $(GO) test -count 1 -run TestAPowerCut ./vault

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
