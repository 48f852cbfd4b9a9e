// Why: main() of the test programs that do not depend on the instruction set.
#include "support/runner.h"

// Called by LeakSanitizer, if it is there: setlocale of the C library loses the search path that LOCPATH gives, libsndfile what it had
// allocated for a damaged OGG file.
extern "C" const char* __lsan_default_suppressions() { return "leak:__argz_add_sep\nleak:vorbis_info_init\n"; }

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return rnn::core::test::run_all(argc, argv);
}
