// Why: the smallest program that needs the header and the library.
#include <rnn/rnn.h>

#include <cstdio>

int main() {
  std::printf("rnn %s\n", rnn::version());
  return 0;
}
