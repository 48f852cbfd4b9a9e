// Why: a unit may be said to stand for something only if it tells unseen lines apart.
#include "inspect/unit_meaning.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "inspect/substitutes.h"

namespace rnn::core {
namespace {

constexpr size_t kFewestLines = 8;  // with it, and without it, in each half

struct LineSubject {
  std::string_view about;
  std::vector<std::string_view> kinds;  // of kWordKinds
};
const std::vector<LineSubject>& line_subjects() {
  static const std::vector<LineSubject> all = {
      {"an animal", {"animal", "animals", "Animals"}},
      {"a person", {"person", "people", "Person", "name"}},
      {"something to eat or drink", {"food"}},
      {"a place", {"place"}},
      {"the weather", {"weather"}},
      {"something that is just happening (words in -ing)", {"doing"}},
      {"a property, such as big or cold", {"quality"}},
      {"more than one animal or person", {"animals", "Animals", "people"}},
      {"a time of day or year", {"time"}},
  };
  return all;
}

// A line of the text: the step of its last word, and what it names.
struct NamedLine {
  int step = 0;
  std::vector<bool> names;  // [subjects]
};

std::vector<NamedLine> lines_of(const Tokenizer& tokenizer, const Reading& text) {
  std::vector<std::vector<bool>> subjects_of(static_cast<size_t>(tokenizer.size()));  // of a token; empty: no word
  const Substitutes kinds(tokenizer);
  const auto& subjects = line_subjects();
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    const WordKind* kind = kinds.kind_of(id);
    if (!kind && !kinds.is_word(id)) continue;
    for (const LineSubject& s : subjects)
      subjects_of[static_cast<size_t>(id)].push_back(kind &&
                                                     std::find(s.kinds.begin(), s.kinds.end(), kind->name) != s.kinds.end());
  }
  std::vector<NamedLine> lines;
  NamedLine line{-1, std::vector<bool>(subjects.size(), false)};
  for (int t = 1; t < text.steps(); ++t) {
    const int32_t id = text.ids[static_cast<size_t>(t)];
    const std::vector<bool>& named = subjects_of[static_cast<size_t>(id)];
    if (!named.empty()) line.step = t;
    for (size_t s = 0; s < named.size(); ++s) line.names[s] = line.names[s] || named[s];
    if (id != tokenizer.newline_id()) continue;
    if (line.step > 0) lines.push_back(line);
    line = {-1, std::vector<bool>(subjects.size(), false)};
  }
  return lines;
}

struct SplitValues {
  std::vector<double> with, without;
  bool enough() const { return with.size() >= kFewestLines && without.size() >= kFewestLines; }
  double auc() const { return area_under_curve(with, without); }
};

SplitValues values_of(const Reading& text, int column, std::span<const NamedLine> lines, size_t subject) {
  SplitValues v;
  for (const NamedLine& line : lines)
    (line.names[subject] ? v.with : v.without).push_back(static_cast<double>(text.states(line.step, column)));
  return v;
}

}  // namespace

double area_under_curve(std::span<const double> with, std::span<const double> without) {
  double wins = 0;
  for (const double a : with) {
    for (const double b : without) wins += a > b ? 1 : a == b ? 0.5 : 0;
  }
  return with.empty() || without.empty() ? 0.5 : wins / static_cast<double>(with.size() * without.size());
}

std::optional<UnitMeaning> unit_meaning(const Model<float>& model, const Tokenizer& tokenizer, const Reading& text) {
  if (!is_word_kind(tokenizer.kind())) return std::nullopt;
  const std::vector<NamedLine> lines = lines_of(tokenizer, text);
  const std::span<const NamedLine> all(lines), chosen = all.first(all.size() / 2), measured = all.subspan(all.size() / 2);
  const Recurrent<float>& rnn = model.recurrent();
  const int offset = rnn.state_offset(rnn.options().layers - 1, 0, 0);
  UnitMeaning best;
  size_t subject = 0;
  double distance = 0;
  for (size_t s = 0; s < line_subjects().size(); ++s) {
    if (!values_of(text, offset, chosen, s).enough() || !values_of(text, offset, measured, s).enough()) continue;
    for (int u = 0; u < rnn.options().output(); ++u) {
      const double auc = values_of(text, offset + u, chosen, s).auc();
      if (!(std::abs(auc - 0.5) > distance)) continue;
      distance = std::abs(auc - 0.5), subject = s;
      best.unit = u, best.high = auc > 0.5, best.chosen_auc = best.high ? auc : 1 - auc;
    }
  }
  if (distance == 0) return std::nullopt;
  const SplitValues v = values_of(text, offset + best.unit, measured, subject);
  best.about = std::string(line_subjects()[subject].about);
  best.auc = best.high ? v.auc() : 1 - v.auc();
  best.lines = static_cast<int>(measured.size()), best.naming = static_cast<int>(v.with.size());
  return best.auc >= kTellingAuc ? std::optional<UnitMeaning>(best) : std::nullopt;
}

}  // namespace rnn::core
