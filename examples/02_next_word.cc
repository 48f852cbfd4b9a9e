// Why: shows what a language model is: a distribution over the next word, given all words so far.
// 02_next_word RUN [PROMPT]: prints the five likeliest next words.
#include <rnn/rnn.h>

#include <cmath>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: 02_next_word RUN [PROMPT]\n");
    return 2;
  }
  try {
    const rnn::Model model = rnn::Model::load(argv[1]);
    const std::string prompt = argc > 2 ? argv[2] : "The dog is";
    rnn::Writer writer(model);
    for (const std::string& word : writer.read(prompt)) std::printf("(the model does not know '%s')\n", word.c_str());
    std::printf("%s ...\n", prompt.c_str());
    for (const rnn::Choice& choice : writer.top(5)) {
      const std::string bar(static_cast<size_t>(std::lround(40 * choice.probability)), '#');
      std::printf("  %-12s %5.1f %%  %s\n", choice.text == "\n" ? "(new line)" : choice.text.c_str(),
                  100 * choice.probability, bar.c_str());
    }
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
