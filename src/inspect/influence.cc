// Why: the readings with all substitutes of a word run side by side, as streams of one Session.
#include "inspect/influence.h"

#include <cmath>

#include "kernels/host.h"
#include "networks/session.h"

namespace rnn::core {

double total_variation(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]);
  return sum / 2;
}

namespace {

// The last next-token predictions [others] of the readings with each of `others` at `position`.
std::vector<std::vector<double>> changed_tables(const Model<float>& model, const Reading& reading,
                                                const ReadingOptions& options, int position,
                                                const std::vector<int32_t>& others) {
  const int n = static_cast<int>(others.size());
  Session session(model, n);
  State<float> before = model.initial(n);
  for (int s = 0; s < n && position > 0; ++s) std::copy_n(reading.states.row(position - 1), before.width(), before.row(s));
  session.set_state(before);
  View<const float> logits;
  for (int t = position; t < reading.steps(); ++t) {
    std::vector<int32_t> ids = t == position ? others : std::vector<int32_t>(others.size(), reading.ids[t]);
    if (options.lines && t > position && reading.fresh[t]) session.reset();
    logits = session.push(ids);
  }
  std::vector<std::vector<double>> tables(others.size());
  for (int s = 0; s < n; ++s) softmax(row_of(logits, s), tables[s]);
  return tables;
}

}  // namespace

std::vector<Influence> influences(const Model<float>& model, const Tokenizer& tokenizer, const Substitutes& substitutes,
                                  const Reading& reading, const ReadingOptions& options, int per_word) {
  std::vector<Influence> result;
  for (int t = 1; t < reading.steps(); ++t) {
    Influence influence{t, reading.steps() - 1 - t, shown_token(tokenizer, reading.ids[t]), {}, 0};
    // An end of line is not a word; a word in its place would continue the line before.
    const bool word = reading.ids[t] != tokenizer.newline_id();
    const std::vector<int32_t> others = word ? substitutes.of(reading.ids[t], per_word) : std::vector<int32_t>();
    if (others.empty()) continue;
    for (const std::vector<double>& table : changed_tables(model, reading, options, t, others)) {
      const int32_t other = others[influence.substitutes.size()];
      influence.substitutes.push_back({shown_token(tokenizer, other), total_variation(reading.last, table)});
      influence.mean += influence.substitutes.back().p / static_cast<double>(others.size());
    }
    result.push_back(std::move(influence));
  }
  return result;
}

StateDistance state_distance(const Model<float>& model, const Tokenizer& tokenizer, const Reading& reading,
                             const ReadingOptions& options, int position, int32_t other) {
  std::vector<int32_t> ids = reading.ids;
  StateDistance distance{position, shown_token(tokenizer, ids[position]), shown_token(tokenizer, other), {}, 0};
  ids[position] = other;
  const Reading changed = read_ids(model, ids, options);
  const Recurrent<float>& rnn = model.recurrent();
  const int offset = rnn.state_offset(rnn.options().layers - 1, 0, 0), width = rnn.options().output();
  for (int t = 0; t < reading.steps(); ++t) {
    const float *a = reading.states.row(t) + offset, *b = changed.states.row(t) + offset;
    double apart = 0, aa = 0, bb = 0;
    for (int i = 0; i < width; ++i) {
      const double x = a[i], y = b[i];
      apart += (x - y) * (x - y), aa += x * x, bb += y * y;
    }
    const double size = (std::sqrt(aa) + std::sqrt(bb)) / 2;
    distance.h.push_back(size > 0 ? std::sqrt(apart) / size : 0);
  }
  const double first = distance.h[position];
  distance.kept = first > 0 ? distance.h.back() / first : 0;
  return distance;
}

}  // namespace rnn::core
