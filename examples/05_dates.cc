// Why: translation on one page: pairs of dates become a translator, which converts three more dates to ISO form.
// 05_dates [PAIRS.tsv]: without a file of pairs it writes its own.
#include <rnn/rnn.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

// Each line: a date as people write it, a tab, the same date in ISO form.
void write_pairs(const std::string& path, int count) {
  std::ofstream file(path);
  std::minstd_rand random(1);
  for (int i = 0; i < count; ++i) {
    const int day = 1 + static_cast<int>(random() % 28), year = 1990 + static_cast<int>(random() % 40);
    const size_t month = random() % 12;
    const std::string d = std::to_string(day), y = std::to_string(year), name = kMonths[month];
    char iso[32];
    std::snprintf(iso, sizeof iso, "%04d-%02zu-%02d", year, month + 1, day);
    file << (random() % 2 == 0 ? d + " " + name + " " + y : name + " " + d + ", " + y) << '\t' << iso << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) write_pairs("pairs.tsv", 3000);
    rnn::TrainRequest request;
    request.task = "translate";
    request.data = {argc > 1 ? argv[1] : "pairs.tsv"};
    request.folder = "dates_run";
    request.force = true;
    request.set("tokens", "char").set("cell", "gru").set("hidden", "64").set("lr", "0.005").set("epochs", "4");
    const rnn::TrainSummary run = rnn::train(request);
    std::printf("perplexity %.2f, BLEU %.1f, %.1f s\n", *run.val_perplexity, *run.val_bleu, run.seconds);

    rnn::Translator translator(rnn::Model::load(run.folder));
    const std::vector<std::string> lines = {"5 March 2021", "October 17, 1999", "28 February 2005"};
    const auto found = translator.translate(lines, {.n_best = 2});
    for (size_t i = 0; i < lines.size(); ++i) {
      std::printf("%-16s -> %s  (or %s)\n", lines[i].c_str(), found[i][0].text.c_str(), found[i][1].text.c_str());
    }
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
