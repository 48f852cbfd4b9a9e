// Why: many texts on one page: forty prompts are continued side by side, and the first that is finished is shown first.
// 07_many_texts RUN: a run of rnn train on text.
#include <rnn/rnn.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  try {
    if (argc < 2) {
      std::fprintf(stderr, "usage: 07_many_texts RUN\n");
      return 2;
    }
    const rnn::Model model = rnn::Model::load(argv[1]);
    const char* prompts[] = {"The cat", "The dog", "A friend", "In the morning", "She"};
    constexpr size_t kTexts = 40;

    rnn::Texts texts(model, /*threads=*/0);
    std::vector<std::string> written(kTexts);
    for (size_t i = 0; i < kTexts; ++i) {
      written[i] = prompts[i % 5];
      texts.add(written[i], {.tokens = 20 + static_cast<int64_t>(i), .stop = ".", .seed = i});
    }
    const auto begin = std::chrono::steady_clock::now();
    int passes = 0;
    std::vector<bool> shown(kTexts);
    for (bool going = true; going; ++passes) {
      going = texts.step();
      for (size_t i = 0; i < kTexts; ++i) {
        if (shown[i]) continue;
        written[i] += texts.take(i);
        if (!texts.finished(i)) continue;
        shown[i] = true;
        std::printf("%2zu: %s\n", i, written[i].c_str());
      }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%zu texts in %d passes, %.2f s\n", kTexts, passes, took.count());
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
