# The same checks as CI runs; .ci/run holds them, this file only names them.

.PHONY: check build test dates race lint fmt fuzz cross snapshot docs bench clean

check: ## everything that CI checks
	.ci/run

build: ## the program, as ./hubctl
	CGO_ENABLED=0 go build -trimpath -o hubctl .

test:
	go test ./...

dates: ## the tests on other dates
	.ci/run dates

race: ## with coverage, and the tests of the keyring and the credential helpers
	.ci/run helpers race

lint:
	.ci/run format modules vet lint fix

fmt: ## mend what the formatters would change
	.ci/run mend

fuzz:
	.ci/run fuzz

cross:
	.ci/run cross

snapshot:
	.ci/run release

docs: ## write docs/reference.md from the command tree
	go test ./cmd -run TestReference -update

bench: ## what docs/performance.md tells of
	go run ./bench/startup
	go run ./bench/stream
	go run ./bench/listing
	go run ./bench/decode

clean:
	rm -rf hubctl dist completions
