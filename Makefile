# The programs by themselves: cargo run -p data-migrate -- --help
PROFILE ?= release
PLAN ?=

profile_dir = $(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
programs = schema-push fix-schema data-migrate audio-migrate check-r2 final-check cutover \
	rollback rollout backup env-migrate deploy-check v2-inspect local-s3 local-chat
packages ?= $(addprefix -p ,$(programs))
chain = BIN_DIR=target/$(profile_dir) PLAN='$(PLAN)' scripts/migrate.sh

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## the programs
	cargo build --profile $(PROFILE) $(packages)

.PHONY: migrate
migrate: build ## everything, from the schema to the final check
	@$(chain) migrate

.PHONY: dry-run
dry-run: build ## the same, without writing anything
	@$(chain) dry-run

.PHONY: rollback
rollback: build ## undo what was migrated (CONFIRM_ROLLBACK=yes)
	@$(chain) rollback

.PHONY: test
test: ## every test, with the servers they need
	@scripts/test.sh

.PHONY: commands
commands: ## write docs/commands from the programs' help
	cargo build --workspace --all-targets
	SUNSET_WRITE_COMMANDS=yes cargo test --workspace --test programs help

.PHONY: manual
manual: build ## manual pages and completions of all programs, in target/manual
	@scripts/manual.sh target/$(profile_dir) target/manual

.PHONY: deny
deny: ## licences, bans and sources of everything the programs are built from
	@scripts/deny.sh

.PHONY: advisories
advisories: ## known vulnerabilities of the same (fetches the RustSec database)
	@scripts/deny.sh advisories

.PHONY: tarball
tarball: ## dist/: programs, manual pages, completions and licences, as one archive
	@scripts/package.sh tarball

.PHONY: deb
deb: ## dist/: the same as a Debian package
	@scripts/package.sh deb

.PHONY: reproducible
reproducible: ## build every program twice, in other places, and compare the bytes (half an hour)
	@scripts/reproducible.sh

.PHONY: fuzz
fuzz: ## ten million changed inputs for every reader of bytes and text
	SUNSET_FUZZ_RUNS=$${SUNSET_FUZZ_RUNS:-10000000} cargo test -p sunset-sources --lib fuzz_tests

.PHONY: lint
lint: ## format check and clippy, warnings denied
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

.PHONY: fmt
fmt: ## format the code
	cargo fmt --all

.PHONY: bench
bench: ## decoding, loading and copying against cat, jq, psql \copy and rclone (BENCH_SIZE=full: the large sizes)
	@scripts/bench.sh

.PHONY: clean-local
clean-local: ## stop the private servers and remove .local/
	@scripts/local.sh reset
