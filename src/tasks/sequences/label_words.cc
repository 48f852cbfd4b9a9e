// Why: see label_words.h.
#include "tasks/sequences/label_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {

std::optional<WordVectors> vectors_of_run(const LabelOptions& labels, InputKind kind, ModelOptions& model) {
  const auto refuse = [](const std::string& message, const std::string& help) {
    throw Error(Exit::usage, "usage/option", message, help);
  };
  if ((labels.features == "letters" || labels.features == "all") && kind != InputKind::words)
    refuse(fmt::format("--features {} is for tagged words, but the data has {}", labels.features,
                       kind == InputKind::text ? "texts" : "numbers"),
           kind == InputKind::text ? "leave it out; --tokens char reads texts letter by letter" : "leave it out");
  if (labels.vectors.empty()) return std::nullopt;
  if (kind == InputKind::frames) refuse("--vectors is for words, but the data has numbers", "leave it out");
  WordVectors vectors = read_word_vectors(labels.vectors);
  if (model.embed > 0 && model.embed != vectors.width)
    refuse(fmt::format("--embed is {}, but the words of {} have {} numbers", model.embed, labels.vectors, vectors.width),
           fmt::format("leave --embed out: it becomes {}", vectors.width));
  model.embed = vectors.width;
  return vectors;
}

LetterOptions letters_of(const SequenceShape& shape) {
  LetterOptions letters;
  if (shape.letters > 0) letters.vocabulary = static_cast<int>(shape.front.letters.size()), letters.longest = shape.letters;
  return letters;
}

void begin_with_vectors(const WordVectors& vectors, std::span<const std::pair<int32_t, size_t>> rows, Model<float>& model) {
  const std::span<float> all = model.params().values(model.embedding());
  const auto width = static_cast<size_t>(vectors.width);
  for (const auto& [id, row] : rows)
    std::copy_n(vectors.row(row), width, all.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(id) * width));
}

nlohmann::json record_of(const WordVectors& vectors) {
  return {{"file", vectors.file}, {"hash", vectors.hash}, {"words", vectors.words.size()}, {"width", vectors.width}};
}

}  // namespace rnn::core
