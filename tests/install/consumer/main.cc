// Why: the smallest program that needs the header and the library, down to the kernels' tables and the error's type.
#include <rnn/rnn.h>

#include <cstdio>

int main() {
  std::printf("rnn %s\n", rnn::version());
  try {
    rnn::Session session(rnn::Model::load("nowhere.safetensors"));
    std::printf("heard %zu numbers\n", session.push(0).size());
    return 1;
  } catch (const rnn::Error& error) {
    std::printf("error[%s]\n", error.code().c_str());
    return error.exit() == rnn::Exit::model ? 0 : 1;
  }
}
