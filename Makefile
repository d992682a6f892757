# Shortcuts for the checks in .ci/run, which CI runs.

.PHONY: check build test dates race lint prose fmt fuzz cross snapshot release-check docs pictures bench clean

check: ## run every check of CI
	.ci/run

build: ## build ./hubctl
	CGO_ENABLED=0 go build -trimpath -o hubctl .

test:
	go test ./...

dates: ## run the tests on other dates
	.ci/run dates

race: ## with coverage, keyrings and credential helpers
	.ci/run helpers race

lint:
	.ci/run format modules vet lint fix

prose: ## check the wording; PROSE="PATH..." checks only these
	.ci/run prose

fmt: ## format the code
	.ci/run mend

fuzz:
	.ci/run fuzz

cross:
	.ci/run cross

snapshot:
	.ci/run release

release-check: ## what a release would do, without publishing it
	.ci/run release prose

docs: ## generate docs/reference.md from the command tree
	go test ./cmd -run TestReference -update

pictures: build ## draw the README's pictures from the program's output
	docs/pictures/draw ./hubctl

bench: ## run the benchmarks of docs/performance.md
	go run ./bench/startup
	go run ./bench/stream
	go run ./bench/listing
	go run ./bench/concurrency
	go run ./bench/decode

clean:
	rm -rf hubctl dist completions
