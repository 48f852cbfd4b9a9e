// Why: labels of texts on one page: a table becomes a classifier, which answers whole texts, and a text while it is being written.
// 11_classify [TABLE.csv]: without a table of texts and labels it writes its own.
#include <rnn/rnn.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

void write_reviews(const std::string& path, int count) {
  const std::vector<std::string> things = {"room", "lobby", "kitchen", "bath", "hall"};
  const std::vector<std::string> clean = {"spotless", "tidy", "fresh"}, dirty = {"filthy", "dusty", "sticky"};
  std::ofstream file(path);
  std::minstd_rand random(1);
  file << "review,label\n";
  for (int i = 0; i < count; ++i) {
    const std::vector<std::string>& words = i % 2 == 0 ? clean : dirty;
    file << "The " << things[random() % 5] << " was " << words[random() % 3] << "," << (i % 2 == 0 ? "clean" : "dirty")
         << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) write_reviews("reviews.csv", 400);
    rnn::TrainRequest request;
    request.task = "classify", request.data = {argc > 1 ? argv[1] : "reviews.csv"}, request.folder = "classify_run";
    request.force = true;
    request.set("hidden", "16").set("epochs", "6").set("lr", "0.01");
    request.set("directions", "one");  // forwards only: it can answer before the end
    rnn::train(request);

    rnn::Classifier classifier(rnn::Model::load("classify_run"));
    const std::vector<std::string> texts = {"The lobby was spotless.", "A dusty hall", "The kitchen is sticky"};
    const std::vector<rnn::Classified> found = classifier.classify(texts);
    for (size_t i = 0; i < texts.size(); ++i)
      std::printf("%-24s %s  %.3f\n", texts[i].c_str(), found[i].label.c_str(), found[i].probability);

    for (const char* piece : {"The", " bath", " was", " filthy"}) {  // what it thinks after each word
      const rnn::Classified now = classifier.push(piece);
      std::printf("%s -> %s %.3f\n", piece, now.label.c_str(), now.probability);
    }
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
