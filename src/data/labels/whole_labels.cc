// Why: see whole_labels.h.
#include "data/labels/whole_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/labels/layouts.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* kThrees = "rnn train seq.in seq.out label --task classify,tag; or a folder with files of these names";

struct Sources {
  std::vector<std::string> tagged;         // paths for read_raw_labels()
  std::vector<std::string> words, labels;  // files that belong together
};

Sources sources_of(const std::vector<std::string>& paths) {
  Sources out;
  std::error_code error;
  if (fs::is_directory(paths.at(0), error)) {
    for (const std::string& path : paths) {
      const std::string words = (fs::path(path) / "seq.in").string(), labels = (fs::path(path) / "label").string();
      for (const char* name : {"seq.in", "seq.out", "label"})
        if (!fs::is_regular_file(fs::path(path) / name, error))
          throw Error(Exit::usage, "task/data",
                      fmt::format("{} has no file {}, but tags and a label for every sentence are asked for", path, name),
                      fmt::format("{}; without labels: --task tag, without tags: --task classify", kThrees));
      out.tagged.push_back(path), out.words.push_back(words), out.labels.push_back(labels);
    }
    return out;
  }
  const std::string layout = guess_layout({paths[0]}).layout;
  if (layout == "conll" || layout == "conllu")
    throw Error(Exit::usage, "task/data", fmt::format("{} ({}) has tags, but no label for a sentence", paths[0], layout),
                fmt::format("--task tag; with labels: {}", kThrees));
  if (!layout.empty() && layout != "table")
    throw Error(Exit::usage, "task/data", fmt::format("{} ({}) has no tags for its words", paths[0], layout),
                fmt::format("--task classify; with tags: {}", kThrees));
  if (paths.size() % 3 != 0)
    throw Error(Exit::usage, "usage/argument",
                fmt::format("sentences with tags and labels come in three files, but there {} {}",
                            paths.size() == 1 ? "is" : "are", paths.size()),
                kThrees);
  for (size_t i = 0; i < paths.size(); i += 3) {
    out.tagged.push_back(paths[i]), out.tagged.push_back(paths[i + 1]);
    out.words.push_back(paths[i]), out.labels.push_back(paths[i + 2]);
  }
  return out;
}

// The lines of a file of labels, of which there are as many as lines of words.
std::vector<std::string> labels_of(const std::string& labels, const std::string& words) {
  FileLines in(words), out(labels);
  std::vector<std::string> found;
  std::string_view line, label;
  const auto lengths = [&](int64_t at, const char* what) {
    throw Error(Exit::data, "data/lengths", fmt::format("{}:{}: {} than {}", labels, at, what, words),
                "line n of one file belongs to line n of the other");
  };
  while (in.next(line)) {
    if (!out.next(label)) lengths(out.number(), "the file ends here, it has fewer lines");
    const size_t begin = std::min(label.find_first_not_of(kWhiteSpace), label.size());
    const size_t end = label.find_last_not_of(kWhiteSpace);
    found.emplace_back(begin == label.size() ? std::string_view() : label.substr(begin, end + 1 - begin));
    if (found.back().empty() && !is_blank(line))
      out.refuse("data/empty_label", "the label is empty", "fill it in, or leave the sentence out of all three files");
  }
  while (out.next(label))
    if (!is_blank(label)) lengths(out.number(), "the file goes on, it has more lines");
  return found;
}

}  // namespace

RawSet read_labelled_sentences(const std::vector<std::string>& paths, const LabelOptions& options) {
  if (options.layout != "auto" && options.layout != "aligned")
    throw Error(
        Exit::usage, "usage/option",
        fmt::format("--layout is {}, but tags with a label for every sentence are read from aligned files", options.layout),
        kThrees);
  const Sources sources = sources_of(paths);
  LabelOptions aligned = options;
  aligned.layout = "aligned";
  RawSet set = read_raw_labels(sources.tagged, TargetForm::labels, aligned);
  for (size_t i = 0; i < sources.labels.size(); ++i) {
    const std::vector<std::string> labels = labels_of(sources.labels[i], sources.words[i]);
    for (RawExample& e : set.examples)
      if (set.files[e.file] == sources.words[i]) e.whole = labels[e.line - 1];
    set.files.push_back(sources.labels[i]);
    set.hash += content_hash(read_data_bytes(sources.labels[i]));
  }
  set.notes.push_back("every sentence has a label, too");
  return set;
}

void require_whole_labels(const RawSet& set) {
  std::set<std::string_view> labels;
  for (const RawExample& e : set.examples)
    if (!e.whole.empty()) labels.insert(e.whole);
  const auto bad = [&](const std::string& message, const char* help) {
    throw Error(Exit::data, "data/labels", fmt::format("{}: the labels of sentences {}", set.files.back(), message), help);
  };
  if (labels.size() < 2)
    bad(labels.empty() ? "are empty: there is nothing to learn"
                       : fmt::format("are all '{}': there is nothing to learn", *labels.begin()),
        "tags alone: --task tag");
  if (labels.size() > kMostLabels)
    bad(fmt::format("are {} different ones, more than {}", grouped(std::ssize(labels)), grouped(kMostLabels)),
        "is this the file of labels? words, tags, labels is the order");
  if (set.examples.size() >= 20 && labels.size() > set.examples.size() / 2)
    bad(fmt::format("are {} different ones in {}: most occur once", grouped(std::ssize(labels)),
                    counted(set.examples.size(), "sentence")),
        "is this the file of labels? words, tags, labels is the order");
}

}  // namespace rnn::core
