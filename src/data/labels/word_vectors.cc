// Why: see word_vectors.h.
#include "data/labels/word_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/inputs/text_line.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

constexpr int kWidestVectors = 65536;
constexpr const char* kVectorLine = "a line is a word and its numbers with spaces between, as in: Berlin 0.12 -0.5 0.031";

// Reads line after line of one file.
class VectorReader {
 public:
  explicit VectorReader(const std::string& path) : path_(path) {}

  WordVectors read() {
    std::string bytes = read_data_bytes(path_);
    out_.file = path_, out_.hash = content_hash(bytes);
    const std::string text = text_of_bytes(std::move(bytes), path_);
    for (size_t begin = 0; begin < text.size(); ++number_) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      line(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
    if (out_.words.empty()) throw Error(Exit::data, "data/empty", path_ + " has no word vectors", kVectorLine);
    if (promised_ >= 0 && promised_ != std::ssize(out_.words))
      throw Error(Exit::data, "data/header",
                  fmt::format("{}:1: the first line says {}, but there are {}", path_, counted(promised_, "word"),
                              grouped(std::ssize(out_.words))),
                  "get the whole file; or, if you have shortened it on purpose, write the right number there");
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const char* code, const std::string& message, const char* help = kVectorLine) const {
    refuse_line({path_, number_}, code, message, help);
  }

  void line(std::string_view all) {
    while (!all.empty() && (all.back() == ' ' || all.back() == '\r' || all.back() == '\t')) all.remove_suffix(1);
    if (all.empty()) return;
    require_text({path_, number_}, all);
    if (out_.width == 0 && header(all)) return;
    const auto parts = static_cast<int>(std::count_if(all.begin(), all.end(), is_between)) + 1;
    if (out_.width == 0) out_.width = parts - 1;
    if (out_.width < 1 || out_.width > kWidestVectors)
      refuse("data/ragged", out_.width < 1 ? "a word without numbers" : counted(out_.width, "number") + " of a word");
    if (parts <= out_.width)
      refuse("data/ragged", fmt::format("{} after the word, but {} before", counted(parts - 1, "number"), of_first()));
    const size_t word = numbers(all);
    const std::string_view own = all.substr(0, word);
    if (own.empty()) refuse("data/ragged", "no word before its numbers");
    const size_t last = own.find_last_of(" \t");
    if (last != std::string_view::npos && parse_number<float>(own.substr(last + 1)))
      refuse("data/ragged", fmt::format("{} after the word, but {} before", counted(parts - 1, "number"), of_first()));
    out_.words.emplace_back(own);
  }

  static bool is_between(char c) { return c == ' ' || c == '\t'; }
  std::string of_first() const { return fmt::format("{} in line {}", out_.width, promised_ >= 0 ? 1 : first_); }

  // "400000 300": how many words of how many numbers follow.
  bool header(std::string_view all) {
    first_ = number_;
    const size_t space = all.find_first_of(" \t");
    if (promised_ >= 0 || space == std::string_view::npos) return false;
    const std::optional<int64_t> count = parse_number<int64_t>(all.substr(0, space));
    const std::optional<int> width = parse_number<int>(all.substr(space + 1));
    if (!count || !width || *count < 0) return false;
    if (*width < 1 || *width > kWidestVectors) refuse("data/header", fmt::format("words of {} numbers", *width));
    promised_ = *count, out_.width = *width;
    return true;
  }

  // Appends the last `width` parts of a line; where the first of them begins, less the space before it.
  size_t numbers(std::string_view all) {
    const auto width = static_cast<size_t>(out_.width);
    out_.numbers.resize(out_.numbers.size() + width);
    size_t end = all.size();
    for (size_t i = 1; i <= width; ++i) {
      const size_t space = all.find_last_of(" \t", end - 1);
      const std::string_view part = all.substr(space + 1, end - space - 1);
      float& value = out_.numbers[out_.numbers.size() - i];
      std::errc problem = read_number(part, value);
      if (double wide = 0; problem == std::errc::result_out_of_range && read_number(part, wide) == std::errc()) {
        if (std::abs(wide) > 1) refuse("data/number", fmt::format("{} is too large for 32 bits", part));
        value = 0, problem = std::errc();
      }
      if (problem != std::errc())
        refuse("data/number", fmt::format("number {} of {} is '{}', which is no number", width + 1 - i, width, part));
      if (!std::isfinite(value)) refuse("data/nan", fmt::format("number {} of {} is {}", width + 1 - i, width, part));
      end = space;
    }
    return end;
  }

  std::string path_;
  WordVectors out_;
  int64_t number_ = 1, promised_ = -1, first_ = 1;
};

}  // namespace

WordVectors read_word_vectors(const std::string& path) { return VectorReader(path).read(); }

VectorWords::VectorWords(const WordVectors& vectors, bool keep_case) : vectors_(vectors) {
  std::unordered_map<std::string, size_t> rows;
  std::vector<std::pair<std::string, size_t>> found;
  for (size_t i = 0; i < vectors.words.size(); ++i) {
    std::string word = plain_text(vectors.words[i], keep_case);
    if (word.empty()) continue;
    const auto [at, fresh] = rows.emplace(word, found.size());
    if (fresh) {
      found.emplace_back(std::move(word), i);
    } else if (const std::string& before = vectors.words[found[at->second].second];
               before != word && vectors.words[i] == word) {
      found[at->second].second = i;
    }
  }
  words_.reserve(found.size());
  for (auto& [word, row] : found) words_.push_back(std::move(word));
  for (size_t i = 0; i < words_.size(); ++i) rows_.emplace(words_[i], found[i].second);
}

std::vector<std::string> VectorWords::others(const WordCounts& training,
                                             const std::function<bool(const std::string&)>& known) const {
  std::vector<std::string> rare, unseen;
  for (const std::string& word : words_)
    if (!known(word)) (training.count(word) > 0 ? rare : unseen).push_back(word);
  rare.insert(rare.end(), std::make_move_iterator(unseen.begin()), std::make_move_iterator(unseen.end()));
  return rare;
}

std::string VectorWords::summary(const WordCounts& training) const {
  int64_t all = 0, found = 0;
  for (const auto& [word, count] : training) all += count, found += has(word) ? count : 0;
  if (found == 0)
    throw Error(
        Exit::data, "data/vectors",
        fmt::format("{} has {}, but none of those of the training data", vectors_.file, counted(words_.size(), "word")),
        "name vectors of words in the language of the data");
  return fmt::format("{} of {} numbers from {}; {:.1f}% of the words of training have one", counted(words_.size(), "word"),
                     vectors_.width, vectors_.file, 100.0 * static_cast<double>(found) / static_cast<double>(all));
}

}  // namespace rnn::core
