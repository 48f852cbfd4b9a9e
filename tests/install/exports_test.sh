# Why: librnn.so exports the public face and nothing else; exports.txt lists it, so a change of it is a decision.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

# Names without versions of constructors and destructors (C1, C2, D0 ...), which demangle to the same text.
nm -DC --defined-only "$LIBRARY" | sed 's/^[0-9a-f]* [A-Za-z] //' | sort -u >exports.txt
expect_exit 1 grep -vE '^(rnn::v1::|rnn::Error::|(typeinfo|typeinfo name|vtable) for rnn::Error$)' exports.txt
if ! diff -u "$SOURCE/tests/install/exports.txt" exports.txt; then
  fail "librnn.so exports other symbols than tests/install/exports.txt; if that is meant: cp $PWD/exports.txt $SOURCE/tests/install/"
fi
