// Why: main() of the test programs that do not depend on the instruction set.
#include "support/runner.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return rnn::core::test::run_all(argc, argv);
}
