# The commands people type. CI runs .ci/run, which needs no make.

FUZZTIME ?= 5s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build test race vet lint fuzz bench bench-scale bench-growth demo e2e chaos ci clean

build:
	go build -o scan ./cmd/scan

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

vet:
	gofmt -l .
	go vet ./...

lint: vet
	go run $(STATICCHECK) ./...

# make fuzz PKG=./inputs TARGET=FuzzNormalize FUZZTIME=10m
fuzz:
	go test -run '^$$' -fuzz '^$(TARGET)$$' -fuzztime $(FUZZTIME) $(PKG)

bench:
	go test -run '^$$' -bench . -benchmem ./...

# CPU of a scan against real servers from Debian packages, on loopback; wants root.
# make bench-scale BENCH='-only lookups -runs 9'
bench-scale:
	deploy/bench/run.sh $(BENCH)

# What stays flat as a list grows: CPU, memory and bytes a name, against the test internet.
# make bench-growth PRESET=imc25 NAMES=1000000
PRESET ?= onepercent
NAMES ?= 100000
bench-growth:
	deploy/bench/growth.sh $(PRESET) $(NAMES)

demo:
	go run ./cmd/scan demo

# Scans that are disturbed, in full size: 200,000 names killed 50 times, stopped,
# on a full disk (as root), behind lossy and dead resolvers, with hot
# destinations, in the dark; and the whole population of preset imc25, of which every
# metric has to give what the paper prints. `go test ./...` has the same tests in a
# short form.
chaos:
	STSCAN_CHAOS=full go test -count=1 -timeout 90m -v ./cmd/scan ./pipeline \
		-run 'Killed|Stop|Disk|TwoAtOnce|Hot|OneContact|Loss|SecondPass|Dark|PauseLimit|Broken|Port25|WholePopulation'

# Real servers from Debian packages, in namespaces of their own; wants root.
e2e:
	deploy/e2e/run.sh

ci:
	.ci/run

clean:
	rm -rf scan data
	find . -name '*.test' -type f -delete
