// Why: tags of words on one page: sentences with marked spans become a tagger, which finds the spans of new sentences.
// 12_tag [TRAIN.conll]: without tagged sentences it writes its own.
#include <rnn/rnn.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

// A word and its tag on each line, a blank line between sentences.
void write_sentences(const std::string& path, int count) {
  const std::vector<std::string> cities = {"Oslo", "Lima", "San Jose", "New York"}, days = {"Monday", "Friday", "Sunday"};
  std::ofstream file(path);
  std::minstd_rand random(1);
  for (int i = 0; i < count; ++i) {
    const std::string& city = cities[random() % 4];
    const size_t space = city.find(' ');
    file << (random() % 2 == 0 ? "fly O\n" : "drive O\n") << "to O\n" << city.substr(0, space) << " B-city\n";
    if (space != std::string::npos) file << city.substr(space + 1) << " I-city\n";
    if (random() % 2 == 0) file << "on O\n" << days[random() % 3] << " B-day\n";
    file << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) write_sentences("trips.conll", 300);
    rnn::TrainRequest request;
    request.task = "tag", request.data = {argc > 1 ? argv[1] : "trips.conll"}, request.folder = "tag_run";
    request.force = true;
    request.set("hidden", "16").set("epochs", "6").set("lr", "0.01");
    rnn::train(request);

    rnn::Tagger tagger(rnn::Model::load("tag_run"));
    const rnn::Tagged found = tagger.tag("please drive to San Jose on Friday");
    for (size_t i = 0; i < found.words.size(); ++i)
      std::printf("%-8s %-8s %.3f\n", found.words[i].c_str(), found.tags[i].c_str(), found.probabilities[i]);
    for (const rnn::TaggedSpan& span : found.spans) std::printf("  %s  %s\n", span.type.c_str(), span.text.c_str());
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
