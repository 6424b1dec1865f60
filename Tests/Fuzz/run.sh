#!/bin/sh
# Fuzzes each target for SECONDS (default 60):
#   Decode    messages: every kernel, two cuts and the general path alone must give the same
#   Unwrap    messages as GB18030, in an envelope or both: their documents must be the same, and stand where they say
#   Tables    CSV and NDJSON, with lines in a second table: whole and in stretches must give the same
#   Archive   zip and tar, in memory, in a file and through a pipe: all must give the same
# First its canary, the same program with a planted bug: it must be found, or the fuzzer is blind.
#
#   Tests/Fuzz/run.sh [SECONDS] [WORK_FOLDER]        FUZZ_SEED=n repeats a run; 0, the default, is random
#                                                    FUZZ_TARGETS="Archive" runs only these
#
# A finding is left in the work folder as TARGET/crash-*; replay it with
# `.build-fuzz/plain/release/TARGET FILE`.
set -eu
seconds=${1:-60}
here=$(cd "$(dirname "$0")" && pwd)
# Outside this folder, so that nothing that walks the sources meets it.
scratch=$here/../../.build-fuzz
work=${2:-$scratch/work}
targets=${FUZZ_TARGETS:-"Decode Unwrap Tables Archive"}
export SWIFT_BACKTRACE=enable=no

build() { # variant, further flags
  variant=$1
  shift
  swift build --package-path "$here" --scratch-path "$scratch/$variant" -c release \
    -Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link "$@"
}

mkdir -p "$work"
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

fuzz() { # target
  target=$1
  folder=$work/$target
  mkdir -p "$folder/corpus" "$folder/canary"
  cp "$here/seeds/$target"/* "$folder/corpus/"
  cp "$here/seeds/$target"/* "$folder/canary/"
  set -- -max_len=8192
  if [ -f "$here/$target.dict" ]; then set -- "$@" -dict="$here/$target.dict"; fi

  echo "$target: canary: a planted bug must be found"
  if "$scratch/canary/release/$target" -seed=1 -max_total_time=60 "$@" \
    -artifact_prefix="$folder/canary-" "$folder/canary" > "$folder/canary.log" 2>&1
  then
    echo "FAILED: $target: the canary's bug was not found" >&2
    exit 1
  fi
  if ! grep -q "the canary's bug" "$folder/canary.log"; then
    echo "FAILED: $target: the canary stopped for another reason" >&2
    tail -n 30 "$folder/canary.log" >&2
    exit 1
  fi

  echo "$target: fuzzing for $seconds s"
  if ! "$scratch/plain/release/$target" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=10 \
    "$@" -artifact_prefix="$folder/" "$folder/corpus" > "$folder/fuzz.log" 2>&1
  then
    tail -n 40 "$folder/fuzz.log" >&2
    exit 1
  fi
  summary="$summary${summary:+; }$target: $(tail -n 1 "$folder/fuzz.log")"
}

summary=
for target in $targets; do fuzz "$target"; done
echo "$summary"
