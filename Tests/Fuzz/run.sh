#!/usr/bin/env bash
# Fuzzes each target for SECONDS (default 60), two at a time:
#   Decode    messages: every kernel, two cuts and the general path alone must give the same
#   Unwrap    messages as GB18030, in an envelope or both: their documents must be the same, and stand where they say
#   Tables    CSV and NDJSON, with lines in a second table: whole and in stretches must give the same
#   Blocks    what a store's files hold, but for checksums: what was written reads back, any bytes are refused or read
#   Archive   zip and tar, in memory, in a file and through a pipe: all must give the same
#   Reference reference tables: every value is found by its code; written anew in quotes they must give the same
#   Rules     rules files: what is refused changes nothing, what is taken survives being stored
# First its canary, the same program with a planted bug: it must be found, or the fuzzer is blind.
#
#   Tests/Fuzz/run.sh [SECONDS] [WORK_FOLDER]        FUZZ_SEED=n repeats a run; 0, the default, is random
#                                                    FUZZ_TARGETS="Archive" runs only these
#                                                    FUZZ_JOBS=n targets at a time
#
# A finding is left in the work folder as TARGET/crash-*; replay it with
# `.build-fuzz/plain/release/TARGET FILE`.
set -euo pipefail
seconds=${1:-60}
here=$(cd "$(dirname "$0")" && pwd)
# Outside this folder, so that nothing that walks the sources meets it.
scratch=$here/../../.build-fuzz
work=${2:-$scratch/work}
read -ra targets <<<"${FUZZ_TARGETS:-Decode Unwrap Tables Archive Reference Rules Blocks}"
export SWIFT_BACKTRACE=enable=no

mkdir -p "$work"
if ! swift build --package-path "$here" --scratch-path "$scratch/plain" -c release \
  -Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link > "$work/build.log" 2>&1; then
  if grep -Eq "error: .*\.swift|\.(swift|c|h):[0-9]+:[0-9]+: error" "$work/build.log"; then
    cat "$work/build.log" >&2
    exit 1
  fi
  echo "SKIPPED: this toolchain cannot link libFuzzer (see $work/build.log)"
  exit 0
fi

fuzz() { # target
  local target=$1 folder=$work/$1
  local program=$scratch/plain/release/$target options=(-max_len=8192)
  mkdir -p "$folder/corpus" "$folder/canary"
  cp "$here/seeds/$target"/* "$folder/corpus/"
  cp "$here/seeds/$target"/* "$folder/canary/"
  if [ -f "$here/$target.dict" ]; then options+=(-dict="$here/$target.dict"); fi

  echo "$target: canary: a planted bug must be found"
  if FUZZ_CANARY=1 "$program" -seed=1 -max_total_time=60 "${options[@]}" \
    -artifact_prefix="$folder/canary-" "$folder/canary" > "$folder/canary.log" 2>&1
  then
    echo "FAILED: $target: the canary's bug was not found" >&2
    return 1
  fi
  if ! grep -q "the canary's bug" "$folder/canary.log"; then
    echo "FAILED: $target: the canary stopped for another reason" >&2
    tail -n 30 "$folder/canary.log" >&2
    return 1
  fi

  echo "$target: fuzzing for $seconds s"
  if ! "$program" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=10 \
    "${options[@]}" -artifact_prefix="$folder/" "$folder/corpus" > "$folder/fuzz.log" 2>&1
  then
    tail -n 40 "$folder/fuzz.log" >&2
    return 1
  fi
  tail -n 1 "$folder/fuzz.log" > "$folder/summary"
}

rm -f "$work"/*/summary
# Every JOBS-th target, one after the other.
jobs=${FUZZ_JOBS:-2}
for ((lane = 0; lane < jobs; lane++)); do
  for ((index = lane; index < ${#targets[@]}; index += jobs)); do fuzz "${targets[index]}" || exit 1; done &
done
wait

summary=
for target in "${targets[@]}"; do
  if [ ! -f "$work/$target/summary" ]; then
    echo "FAILED: $target" >&2
    exit 1
  fi
  summary="$summary${summary:+; }$target: $(cat "$work/$target/summary")"
done
echo "$summary"
