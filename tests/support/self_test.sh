# Why: a test that cannot fail is worth nothing; this shows that the runner and the shell assertions do fail and do skip.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

# The runner of the test programs.
expect_exit 0 "$PROBE" --gtest_filter='Probe.Pass'
expect_exit 0 "$PROBE" --gtest_filter='Probe.Pass:Probe.Skip'
expect_exit 1 "$PROBE" --gtest_filter='Probe.Pass:Probe.Fail'
expect_exit 1 "$PROBE" --gtest_filter='Probe.Skip:Probe.Fail'
expect_exit 77 "$PROBE" --gtest_filter='Probe.Skip'
expect_exit 1 "$PROBE" --gtest_filter='Probe.NoSuchTest'
expect_err 'no test was run'

# --file runs the tests of one source file, with and without parameters, and no others; a name without tests fails.
expect_exit 0 "$PROBE" --file=support/other_probe.cc
expect_out '^\[  PASSED  \] 3 tests\.$'
expect_out 'OK.*Numbers/OtherProbes.Pass/1'
expect_no_out 'Probe\.Fail'
expect_exit 1 "$PROBE" --file=support/probe.cc
expect_out 'FAILED.*Probe\.Fail'
expect_no_out 'OtherProbe'
RNN_ISA=emulated expect_exit 1 "$ISA_PROBE" --file=support/probe.cc
expect_out 'FAILED.*Probe\.Fail'
for wrong in other_probe no_such.cc robe.cc; do
  expect_exit 1 "$PROBE" --file=$wrong
  expect_err 'no test was run'
done
expect_exit 1 "$PROBE" --file=support/other_probe.cc --gtest_filter='Probe.Pass'
expect_err 'excludes --gtest_filter'
expect_exit 1 "$PROBE" --flie=support/other_probe.cc
expect_err "unknown argument '--flie"

# Missing data: skipped at home, failed in CI.
expect_exit 77 env -u CI RNN_DATA="$WORK/none" "$PROBE" --gtest_filter='Probe.Data'
expect_out 'set RNN_DATA=FOLDER'
expect_exit 77 env CI=false RNN_DATA="$WORK/none" "$PROBE" --gtest_filter='Probe.Data'
expect_exit 1 env CI=true RNN_DATA="$WORK/none" "$PROBE" --gtest_filter='Probe.Data'
mkdir "$WORK/data"
expect_exit 0 env CI=true RNN_DATA="$WORK/data" "$PROBE" --gtest_filter='Probe.Data'

# One run per instruction set: a name that means nothing fails, the forced one runs, a missing one is skipped.
RNN_ISA=sse9 expect_exit 1 "$ISA_PROBE" --gtest_filter='Probe.Pass'
expect_err 'RNN_ISA=sse9 is unknown'
RNN_ISA=emulated expect_exit 0 "$ISA_PROBE" --gtest_filter='Probe.Pass'
expect_exit 0 env -u RNN_ISA "$ISA_PROBE" --gtest_filter='Probe.Pass'
for isa in avx2:avx2 avx512:avx512bw; do
  expected=77
  ! grep -qw "${isa#*:}" /proc/cpuinfo || expected=0
  RNN_ISA=${isa%:*} expect_exit "$expected" "$ISA_PROBE" --gtest_filter='Probe.Pass'
done

# Each shell assertion, once where it holds and once where it must stop the script.
script() {
  mkdir -p "$WORK/inner"
  printf '. "$SOURCE/tests/support/assert.sh"\n%s\necho reached >>reached\n' "$1" >"$WORK/script.sh"
  env WORK="$WORK/inner" bash "$WORK/script.sh"
}
holds() {
  expect_exit 0 script "$1"
  expect_file "$WORK/inner/reached"
}
stops() {
  expect_exit 1 script "$1"
  expect_err "script.sh:2: FAILED"
  expect_no_file "$WORK/inner/reached"
}
holds 'expect_exit 3 sh -c "exit 3"'
stops 'expect_exit 0 sh -c "exit 3"'
stops 'expect_exit 3 true'
holds 'expect_exit 0 echo "loss 1.5"; expect_out "^loss [0-9.]+$"; expect_no_out "^gain"; expect_no_err .'
stops 'expect_exit 0 echo "loss 1.5"; expect_out "^gain"'
stops 'expect_exit 0 echo "loss 1.5"; expect_no_out "^loss"'
stops 'expect_exit 0 echo "loss 1.5"; expect_err "^loss"'
holds 'expect_exit 0 sh -c "echo no >&2"; expect_err "^no$"; expect_no_err "^yes"; expect_no_out .'
stops 'expect_exit 0 sh -c "echo no >&2"; expect_no_err "^no$"'
holds 'echo a >a; cp a b; expect_file a; expect_same a b; expect_no_file c'
stops 'echo a >a; echo b >b; expect_same a b'
stops 'expect_file nothing'
stops 'echo a >a; expect_no_file a'
expect_exit 77 script 'skip "no reason"'
CI='' RNN_DATA="$WORK/none" expect_exit 77 script 'need_data lm'
CI=true RNN_DATA="$WORK/none" expect_exit 1 script 'need_data lm'
mkdir "$WORK/data/lm"
CI=true RNN_DATA="$WORK/data" expect_exit 0 script 'need_data lm; expect_exit 0 test "$DATA" = "$RNN_DATA"'
