#!/bin/sh
# Fuzzes the decoder for SECONDS (default 60): every kernel and two cuts must give the same.
# First the canary, the same program with a planted bug: it must be found, or the fuzzer is blind.
#
#   Tests/Fuzz/run.sh [SECONDS] [WORK_FOLDER]        FUZZ_SEED=n repeats a run; 0, the default, is random
#
# A finding is left in the work folder as crash-*; replay it with `.build-fuzz/plain/release/Decode FILE`.
set -eu
seconds=${1:-60}
here=$(cd "$(dirname "$0")" && pwd)
# Outside this folder, so that nothing that walks the sources meets it.
scratch=$here/../../.build-fuzz
work=${2:-$scratch/work}
export SWIFT_BACKTRACE=enable=no

build() { # program, further flags
  program=$1
  shift
  swift build --package-path "$here" --scratch-path "$scratch/$program" -c release --product Decode \
    -Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link "$@"
}

mkdir -p "$work/corpus" "$work/canary"
if ! build plain > "$work/build.log" 2>&1; then
  if grep -Eq "error: .*\.swift|\.(swift|c|h):[0-9]+:[0-9]+: error" "$work/build.log"; then
    cat "$work/build.log" >&2
    exit 1
  fi
  echo "SKIPPED: this toolchain cannot link libFuzzer (see $work/build.log)"
  exit 0
fi
if ! build canary -Xswiftc -DCANARY > "$work/build-canary.log" 2>&1; then
  cat "$work/build-canary.log" >&2
  exit 1
fi

cp "$here"/seeds/* "$work/corpus/"
cp "$here"/seeds/* "$work/canary/"
dictionary="$here/ceb.dict"

echo "canary: a planted bug must be found"
if "$scratch/canary/release/Decode" -seed=1 -max_total_time=60 -max_len=8192 \
  -dict="$dictionary" -artifact_prefix="$work/canary-" "$work/canary" > "$work/canary.log" 2>&1
then
  echo "FAILED: the canary's bug was not found" >&2
  exit 1
fi
if ! grep -q "the canary's bug" "$work/canary.log"; then
  echo "FAILED: the canary stopped for another reason" >&2
  tail -n 30 "$work/canary.log" >&2
  exit 1
fi

echo "fuzzing for $seconds s"
if ! "$scratch/plain/release/Decode" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
  -dict="$dictionary" -artifact_prefix="$work/" "$work/corpus" > "$work/fuzz.log" 2>&1
then
  tail -n 40 "$work/fuzz.log" >&2
  exit 1
fi
tail -n 1 "$work/fuzz.log"
