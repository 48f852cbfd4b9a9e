// Why: see encoder.h.
#include "data/labels/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "data/inputs/text_line.h"
#include "data/labels/answers.h"
#include "text/letter_case.h"
#include "text/more_words.h"
#include "text/utf8.h"
#include "text/word_rules.h"

namespace rnn::core {
namespace {

constexpr std::string_view kWordMark = "w:";  // of the symbol of a word as such
constexpr int kLongestAffix = 4, kShortestAffix = 2;

// The symbols of a word, one for every column; "": there is none.
std::vector<std::string> symbols_of(const LabelFront& front, std::string_view word) {
  const std::string own = plain_text(word, front.keep_case);
  std::vector<std::string> symbols = {std::string(kWordMark) + own};
  if (!front.affixes) return symbols;
  symbols.push_back("c:" + word_shape(word));
  const std::vector<char32_t> letters = decode_utf8(own);
  for (int n = kShortestAffix; n <= kLongestAffix; ++n) {
    std::string head, tail;
    const auto size = static_cast<int>(letters.size());
    for (int i = 0; i < n && size >= n; ++i) {
      append_utf8(head, letters[static_cast<size_t>(i)]);
      append_utf8(tail, letters[static_cast<size_t>(size - n + i)]);
    }
    symbols.push_back(head.empty() ? "" : fmt::format("p{}:{}", n, head));
    symbols.push_back(tail.empty() ? "" : fmt::format("s{}:{}", n, tail));
  }
  return symbols;
}

std::vector<std::string> sorted_labels(const RawSet& set) {
  std::set<std::string> labels;
  for (const RawExample& e : set.examples) labels.insert(e.labels.begin(), e.labels.end());
  labels.erase("");  // of a row without a label
  return {labels.begin(), labels.end()};
}

std::vector<std::string> sorted_whole_labels(const RawSet& set) {
  std::set<std::string> labels;
  for (const RawExample& e : set.examples) labels.insert(e.whole);
  labels.erase("");
  return {labels.begin(), labels.end()};
}

// Words that vectors have become known, too: those of the tokenizer, and which rows are whose.
void learn_vectors(const std::vector<std::string>& texts, int most, const VectorWords& vectors, LearntFront& out) {
  const auto room = [&](const Tokenizer& t) { return static_cast<size_t>(std::max(0, most - t.size())); };
  WordCounts counts;
  for (const std::string& text : texts)
    for (std::string& word : words_of_line(text, out.tokenizer->kind() == "space")) ++counts[std::move(word)];
  out.vectors = vectors.summary(counts);
  const auto known = [&](const std::string& word) { return !is_new_word(*out.tokenizer, word); };
  std::vector<std::string> words = vectors.others(counts, known);
  if (most > 0) words.resize(std::min(words.size(), room(*out.tokenizer)));
  out.tokenizer = with_more_words(*out.tokenizer, words);
  for (const std::string& word : vectors.words()) {
    const std::vector<int32_t> ids = out.tokenizer->encode(word);
    if (ids.size() == 1 && ids[0] != out.tokenizer->unknown_id()) out.vector_rows.emplace_back(ids[0], vectors.row(word));
  }
}

void learn_text(const RawSet& set, const ModelOptions& model, const VectorWords* vectors, LearntFront& out) {
  std::vector<std::string> texts;
  std::vector<size_t> words;
  for (const RawExample& e : set.examples) {
    texts.push_back(plain_text(e.text, out.shape.front.keep_case));
    words.push_back(words_of_line(texts.back(), true).size());
  }
  std::nth_element(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(words.size() / 2), words.end());
  const bool as_words = vectors || !set.inputs.empty();
  const std::string kind = model.tokens != "auto"                      ? model.tokens
                           : words[words.size() / 2] <= 1 && !as_words ? "char"
                                                                       : "word";
  if (as_words && !is_word_kind(kind))
    throw Error(Exit::usage, "usage/option",
                fmt::format("--{} is for words, but --tokens is {}", vectors ? "vectors" : "inputs", kind), "--tokens word");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const int min_count = kind == "char" ? 1 : model.min_count;
  out.tokenizer = build_tokenizer(kind, views, {min_count, model.max_vocabulary});
  if (vectors) learn_vectors(texts, model.max_vocabulary, *vectors, out);
  out.reading = fmt::format(
      "{} ({}{}{})", counted(out.tokenizer->size(), "piece"), kind, out.shape.front.keep_case ? "" : ", in lower case",
      min_count > 1 ? fmt::format(", seen {} times or more{}", min_count, vectors ? " or with a vector" : "")
                    : std::string());
}

// The same of tagged words, into shape.symbols.
void add_vector_words(const std::map<std::string, int>& counts, const ModelOptions& model, const VectorWords& vectors,
                      LearntFront& out) {
  WordCounts training;
  std::unordered_set<std::string> known;
  for (const auto& [symbol, count] : counts)
    if (symbol.starts_with(kWordMark)) training.emplace(symbol.substr(kWordMark.size()), count);
  for (const auto& [word, count] : training)
    if (count >= model.min_count) known.insert(word);
  out.vectors = vectors.summary(training);
  std::vector<std::string> words = vectors.others(training, [&](const std::string& word) { return known.count(word) > 0; });
  const auto most = static_cast<size_t>(model.max_vocabulary);
  if (most > 0) words.resize(std::min(words.size(), most - std::min(most, known.size())));
  std::vector<std::string>& symbols = out.shape.symbols;
  for (const std::string& word : words) symbols.push_back(std::string(kWordMark) + word);
  std::sort(symbols.begin(), symbols.end());
  for (const std::string& word : vectors.words()) {
    const std::string symbol = std::string(kWordMark) + word;
    const auto at = std::lower_bound(symbols.begin(), symbols.end(), symbol);
    if (at != symbols.end() && *at == symbol)
      out.vector_rows.emplace_back(static_cast<int32_t>(at - symbols.begin()), vectors.row(word));
  }
}

void learn_words(const RawSet& set, const ModelOptions& model, const VectorWords* vectors, LearntFront& out) {
  std::map<std::string, int> counts;
  SequenceShape& shape = out.shape;
  for (const RawExample& e : set.examples) {
    for (const std::string& word : e.words) {
      const std::vector<std::string> symbols = symbols_of(shape.front, word);
      shape.columns = static_cast<int>(symbols.size());
      for (const std::string& symbol : symbols)
        if (!symbol.empty()) ++counts[symbol];
    }
  }
  for (const auto& [symbol, count] : counts)
    if (count >= model.min_count) shape.symbols.push_back(symbol);
  if (vectors) add_vector_words(counts, model, *vectors, out);
  const int64_t known = std::count_if(shape.symbols.begin(), shape.symbols.end(),
                                      [](const std::string& symbol) { return symbol.starts_with(kWordMark); });
  if (shape.symbols.empty()) shape.symbols.push_back(counts.begin()->first);
  out.reading = fmt::format(
      "{}{}{}{}", counted(known, "word"), shape.front.keep_case ? "" : " in lower case",
      model.min_count > 1 ? fmt::format(" seen {} times or more{}", model.min_count, vectors ? " or with a vector" : "")
                          : std::string(),
      shape.front.affixes ? ", their shapes, beginnings and endings" : "");
  if (shape.letters > 0)
    out.reading += fmt::format(", and {} one by one", counted(shape.front.letters.size() - 1, "letter"));
}

// Mean and deviation of the numbers that are followed.
void learn_numbers(const RawSet& set, LabelFront& front) {
  double sum = 0, squares = 0, count = 0;
  const auto each = [&](const auto& visit) {
    for (const RawExample& e : set.examples)
      for (const float y : e.values)
        if (!std::isnan(y)) visit(static_cast<double>(y));
  };
  each([&](double y) { sum += y, count += 1; });
  each([&](double y) { squares += (y - sum / count) * (y - sum / count); });
  if (count == 0) return;
  front.mean = static_cast<float>(sum / count);
  if (const double deviation = std::sqrt(squares / count); deviation > 0) front.deviation = static_cast<float>(deviation);
}

void learn_frames(const RawSet& set, LearntFront& out) {
  const auto width = static_cast<size_t>(set.width);
  SequenceShape& shape = out.shape;
  shape.width = set.width;
  shape.front.names = set.names;
  std::vector<double> sum(width), squares(width), count(width);
  int64_t missing = 0;
  const auto each = [&](const auto& visit) {
    for (const RawExample& e : set.examples)
      for (size_t i = 0; i < e.frames.size(); ++i)
        if (!std::isnan(e.frames[i])) visit(i % width, static_cast<double>(e.frames[i]));
  };
  each([&](size_t c, double x) { sum[c] += x, count[c] += 1; });
  each([&](size_t c, double x) { squares[c] += (x - sum[c] / count[c]) * (x - sum[c] / count[c]); });
  for (const RawExample& e : set.examples)
    missing += std::count_if(e.frames.begin(), e.frames.end(), [](float x) { return std::isnan(x); });
  for (size_t c = 0; c < width; ++c) {
    const double n = std::max(count[c], 1.0), deviation = std::sqrt(squares[c] / n);
    shape.front.offset.push_back(static_cast<float>(sum[c] / n));
    shape.front.factor.push_back(deviation > 0 ? static_cast<float>(1 / deviation) : 1.0f);
  }
  out.reading =
      fmt::format("{} per step, scaled by training{}", counted(set.width, "number"),
                  missing > 0 ? fmt::format(", {} missing (as the value before)", grouped(missing)) : std::string());
}

}  // namespace

LearntFront learn_front(const RawSet& set, TargetForm target, const LabelOptions& labels, const ModelOptions& model,
                        const WordVectors* vectors) {
  LearntFront out;
  SequenceShape& shape = out.shape;
  shape.target = target;
  shape.answers = static_cast<Answers>(index_of(kAnswerNames, labels.answers));
  shape.labels = shape.answers == Answers::ordered ? labels_on_scale(set, labels.order) : sorted_labels(set);
  shape.front.between = set.between;
  shape.whole_labels = sorted_whole_labels(set);
  shape.front.kind = set.kind, shape.front.keep_case = labels.keep_case;
  shape.front.inputs = set.inputs;
  shape.front.text = set.text_column, shape.front.label = set.label_column, shape.front.scheme = set.scheme;
  const std::string& features = labels.features;
  shape.front.affixes = set.kind == InputKind::words && features != "word" && features != "letters";
  if (set.kind == InputKind::words && (features == "letters" || features == "all"))
    shape.letters = kLettersOfWord, shape.front.letters = learn_letters(set, model.min_count);
  std::optional<VectorWords> known;
  if (vectors) known.emplace(*vectors, labels.keep_case);
  if (set.kind == InputKind::text) learn_text(set, model, known ? &*known : nullptr, out);
  if (set.kind == InputKind::words) learn_words(set, model, known ? &*known : nullptr, out);
  if (set.kind == InputKind::frames) learn_frames(set, out);
  shape.front.id = set.id_column, shape.front.time = set.time_column;
  if (target == TargetForm::numbers) learn_numbers(set, shape.front), shape.labels.clear(), shape.values = 1;
  if (labels.class_weights == "balanced") shape.weights = balanced_weights(set, shape.labels);
  return out;
}

std::vector<float> balanced_weights(const RawSet& set, const std::vector<std::string>& labels) {
  std::vector<double> counts(labels.size(), 0);
  double all = 0;
  std::unordered_map<std::string_view, size_t> places;
  for (size_t k = 0; k < labels.size(); ++k) places.emplace(labels[k], k);
  for (const RawExample& e : set.examples) {
    for (const std::string& label : e.labels) {
      const auto at = places.find(label);
      if (at != places.end()) counts[at->second] += 1, all += 1;
    }
  }
  std::vector<float> weights;
  for (const double count : counts)
    weights.push_back(static_cast<float>(all / (std::max(count, 1.0) * static_cast<double>(counts.size()))));
  return weights;
}

LabelEncoder::LabelEncoder(const SequenceShape& shape, const Tokenizer* tokenizer)
    : shape_(shape), tokenizer_(tokenizer), letters_(shape.front.letters, shape.letters) {
  for (size_t i = 0; i < shape.symbols.size(); ++i) symbols_.emplace(shape.symbols[i], static_cast<int32_t>(i));
  for (size_t i = 0; i < shape.labels.size(); ++i) labels_.emplace(shape.labels[i], static_cast<int32_t>(i));
}

int32_t LabelEncoder::label(const std::string& name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? -1 : found->second;
}

int32_t LabelEncoder::whole(const std::string& name) const {
  const auto at = std::lower_bound(shape_.whole_labels.begin(), shape_.whole_labels.end(), name);
  return at != shape_.whole_labels.end() && *at == name ? static_cast<int32_t>(at - shape_.whole_labels.begin()) : -1;
}

SequenceExample LabelEncoder::text(std::string_view text) const {
  SequenceExample e;
  e.ids = tokenizer_->encode(plain_text(text, shape_.front.keep_case));
  if (e.ids.empty()) e.ids.push_back(std::max(tokenizer_->unknown_id(), 0));
  return e;
}

SequenceExample LabelEncoder::words(std::span<const std::string> words) const {
  SequenceExample e;
  for (const std::string& word : words) {
    for (const std::string& symbol : symbols_of(shape_.front, word)) {
      const auto found = symbol.empty() ? symbols_.end() : symbols_.find(symbol);
      e.ids.push_back(found == symbols_.end() ? -1 : found->second);
    }
    letters_.append(word, e.ids);
  }
  return e;
}

SequenceExample LabelEncoder::frames(std::span<const float> values, std::span<const float> before) const {
  SequenceExample e;
  const auto width = static_cast<size_t>(shape_.width);
  e.frames.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t c = i % width;
    const float last = i >= width ? e.frames[i - width] : before.empty() ? 0.0f : before[c];
    e.frames[i] = std::isnan(values[i]) ? last : (values[i] - shape_.front.offset[c]) * shape_.front.factor[c];
  }
  return e;
}

SequenceExample LabelEncoder::example(const RawSet& set, const RawExample& e) const {
  if (set.kind == InputKind::frames && set.width != shape_.width)
    throw Error(Exit::data, "data/sequence",
                fmt::format("{}: the series has {} per step; the model reads {}", set.place(e), counted(set.width, "number"),
                            shape_.width),
                "give the model data of the same kind as in training");
  SequenceExample out = set.kind == InputKind::text    ? text(e.text)
                        : set.kind == InputKind::words ? words(e.words)
                                                       : frames(e.frames);
  for (const std::string& name : e.labels) out.labels.push_back(label(name));
  out.whole = whole(e.whole);
  for (const float y : e.values) out.values.push_back((y - shape_.front.mean) / shape_.front.deviation);
  return out;
}

std::vector<SequenceExample> LabelEncoder::examples(const RawSet& set) const {
  std::vector<SequenceExample> out;
  out.reserve(set.examples.size());
  for (const RawExample& e : set.examples) out.push_back(example(set, e));
  return out;
}

std::vector<std::string> words_of_line(std::string_view line, bool tokenized) {
  std::vector<std::string> words;
  if (tokenized) {
    for (size_t at = 0; at < line.size();) {
      const size_t begin = std::min(line.find_first_not_of(kWhiteSpace, at), line.size());
      const size_t end = std::min(line.find_first_of(kWhiteSpace, begin), line.size());
      if (end > begin) words.emplace_back(line.substr(begin, end - begin));
      at = end;
    }
    return words;
  }
  WordScanner scanner(line);
  for (std::string_view token; scanner.next(token);)
    if (token != "\n") words.emplace_back(token);
  return words;
}

}  // namespace rnn::core
