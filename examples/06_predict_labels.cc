// Why: labels on one page: sequences of letters become a classifier, which tells which letter stood first in three more.
// 06_predict_labels [DATA.jsonl]: without a file of sequences it writes its own.
#include <rnn/rnn.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

// Each line: {"input": ["b", "a", "c"], "target": "b"}.
void write_sequences(const std::string& path, int count) {
  std::ofstream file(path);
  std::minstd_rand random(1);
  for (int i = 0; i < count; ++i) {
    std::string first, input;
    for (auto steps = 3 + random() % 6; steps > 0; --steps) {
      const std::string letter(1, static_cast<char>('a' + random() % 3));
      if (first.empty()) first = letter;
      input += (input.empty() ? "\"" : ", \"") + letter + "\"";
    }
    file << "{\"input\": [" << input << "], \"target\": \"" << first << "\"}\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) write_sequences("sequences.jsonl", 2000);
    rnn::TrainRequest request;
    request.task = "classify";
    request.data = {argc > 1 ? argv[1] : "sequences.jsonl"};
    request.folder = "labels_run";
    request.force = true;
    request.set("cell", "gru").set("hidden", "32").set("lr", "0.01").set("epochs", "8");
    const rnn::TrainSummary run = rnn::train(request);
    std::printf("accuracy %.1f %%, %.1f s\n", 100 * *run.val_accuracy, run.seconds);

    rnn::Labeller labeller(rnn::Model::load(run.folder));
    const std::vector<std::vector<std::string>> inputs = {{"a", "b", "c", "b"}, {"b", "a", "a"}, {"c", "?", "a", "b", "a"}};
    for (const auto& input : inputs) {
      const rnn::Labelled found = labeller.label(input);
      for (const std::string& symbol : input) std::printf("%s ", symbol.c_str());
      std::printf("-> %s (%.3f), %d unknown\n", found.labels[0].c_str(), found.probabilities[0], found.unknown);
    }
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
