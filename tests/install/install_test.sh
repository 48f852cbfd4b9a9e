# Why: install_test.sh tree|find_package|pkg_config|subdirectory: a program without access to this tree uses an installed rnn.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
here="$SOURCE/tests/install"
moved="$PREFIX/moved here"   # not the folder it was installed into, and with a space: nothing may hold an absolute path

# What the consumer says: the version, and the code of the error it provokes, caught across the border of the library.
expect_consumer() {
  expect_out "^rnn $VERSION$"
  expect_out '^error\[model/missing\]$'
}

configure() {
  expect_exit 0 "$CMAKE" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$CXX" "$@"
}

tree() {
  rm -rf "$PREFIX"
  expect_exit 0 "$CMAKE" --install "$BUILD" --prefix "$PREFIX/first"
  mv "$PREFIX/first" "$moved"
  expect_file "$moved/include/rnn/rnn.h"
  expect_file "$moved/include/rnn/error.h"
  expect_file "$moved/$LIBDIR/cmake/rnn/rnnConfig.cmake"
  expect_file "$moved/$LIBDIR/cmake/rnn/rnnConfigVersion.cmake"
  expect_file "$moved/$LIBDIR/pkgconfig/rnn.pc"
  expect_file "$moved/share/doc/rnn/LICENSE"
  for corpus in "$SOURCE"/data/corpus/*.txt; do
    expect_same "$corpus" "$moved/share/rnn/corpus/${corpus##*/}"
  done
  expect_same "$SOURCE/data/held_out/early_words.tsv" "$moved/share/rnn/held_out/early_words.tsv"
  for recipe in "$SOURCE"/recipes/papers/*.toml; do
    expect_same "$recipe" "$moved/share/rnn/recipes/${recipe##*/}"
  done
  # Nothing that is installed names the checkout or the build folder.
  expect_exit 1 grep -rIlF -e "$SOURCE/" -e "$BUILD/" "$moved/$LIBDIR/cmake" "$moved/$LIBDIR/pkgconfig" "$moved/include"
  if [[ -n "$PROGRAM" ]]; then
    expect_exit 0 "$moved/bin/rnn" --version
    expect_out "$VERSION"
  fi
}

find_package() {
  configure -S "$here/consumer" -B "$WORK/build" -DCMAKE_PREFIX_PATH="$moved"
  expect_exit 0 "$CMAKE" --build "$WORK/build"
  expect_exit 0 "$WORK/build/consumer"
  expect_consumer
  # A version that is not there is refused.
  expect_exit 1 "$CMAKE" -G Ninja -S "$here/consumer" -B "$WORK/newer" -DCMAKE_PREFIX_PATH="$moved" -DWANTED=99.0
  expect_err 'version.*99'
}

pkg_config() {
  export PKG_CONFIG_PATH="$moved/$LIBDIR/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
  expect_exit 0 pkg-config --modversion rnn
  expect_out "^$VERSION$"
  expect_exit 0 pkg-config --exact-version="$VERSION" rnn
  # The whole archive is linked, so that a dependency missing from rnn.pc is noticed whatever the consumer happens to call.
  # pkg-config prints words quoted for a shell, so a shell puts them together.
  local libraries
  libraries="$(pkg-config --libs rnn | sed 's/-lrnn/-Wl,--whole-archive -lrnn -Wl,--no-whole-archive/')"
  expect_exit 0 sh -c "'$CXX' -std=c++20 '$here/consumer/main.cc' $(pkg-config --cflags rnn) $libraries -o consumer"
  LD_LIBRARY_PATH="$moved/$LIBDIR" expect_exit 0 ./consumer
  expect_consumer
}

# expect_small PROGRAM BYTES: stripped it has no more, and it needs no library but the C++ one and Highway's.
expect_small() {
  local others size
  others=$(readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|libhwy|ld-linux.*)\.so' || true)
  [[ -z "$others" ]] || fail "$1 needs $others"
  strip "$1"
  size=$(stat -c %s "$1")
  ((size <= $2)) || fail "the stripped $1 has $size bytes, more than $2"
}

# rnn::runtime: a program that steps a model of numbers is small, and needs no library but the C++ one and Highway's.
runtime() {
  configure -S "$here/runtime" -B "$WORK/build" -DCMAKE_PREFIX_PATH="$moved" -DEXAMPLES="$SOURCE/examples"
  expect_exit 0 "$CMAKE" --build "$WORK/build"
  cd "$WORK/build" || fail "there is no $WORK/build"
  expect_exit 0 ./frames
  expect_out '^t  7:'
  expect_small frames 1680000  # every head and every reader of symbols is in it: 40 KB of them came with several, ordered and joint labels
  # So is one that forecasts: no tables are read, no regression is fitted; it knows the calendar and time zones.
  expect_exit 0 ./series "$SOURCE/tests/fuzz/corpus/model/forecast.safetensors"
  expect_out '^2 steps: -?[0-9]+'
  expect_small series 1950000
  # The same by pkg-config.
  export PKG_CONFIG_PATH="$moved/$LIBDIR/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
  expect_exit 0 sh -c "'$CXX' -std=c++20 '$SOURCE/examples/04_numeric_frames.cc' $(pkg-config --cflags --libs rnn-runtime) -o by_pkg_config"
  expect_exit 0 ./by_pkg_config
  # It has everything that runs models, text and its libraries too, where a program asks for it.
  expect_exit 0 ./texts
  expect_out '^error\[model/missing\]$'
  expect_exit 0 ./texts "$SOURCE/tests/golden/files/0.1/word-lstm.safetensors"
  expect_out '[0-9][.][0-9]'
}

subdirectory() {
  configure -S "$here/fetch" -B "$WORK/build" -DFETCHCONTENT_SOURCE_DIR_RNN="$SOURCE" -DCMAKE_BUILD_TYPE="$BUILD_TYPE" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$LAUNCHER" -DRNN_WERROR="$WERROR" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=4
  # Nothing of ours may reach the consumer's own files: no standard, no warnings, no floating-point flags.
  expect_exit 0 grep -A2 -F '/consumer/main.cc' "$WORK/build/compile_commands.json"
  expect_no_out '-Wshadow|-ffp-contract'
  expect_exit 0 "$CMAKE" --build "$WORK/build" --target help
  expect_no_out 'test_|kernels_bench|app/'
  # The library would be compiled again, for a quarter of an hour: one room of it is, and the rest is planned down to the link.
  expect_exit 0 "$CMAKE" --build "$WORK/build" --target rnn_base
  expect_exit 0 ninja -C "$WORK/build" -t commands consumer
  expect_out '-o consumer .*librnn\.a'
}

"$1"
