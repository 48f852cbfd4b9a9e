// Why: see translate_stream.h.
#include "tasks/translate/stream/translate_stream.h"

#include <utility>

#include "base/error.h"
#include "data/inputs/text_line.h"
#include "decode/scorer.h"

namespace rnn::core {
namespace {

constexpr std::string_view kTranslateMark = "rnntran1";  // then the number of the next line, and the lines

}  // namespace

TranslateStream::TranslateStream(const Model<float>& model, std::shared_ptr<const TranslationRules> rules,
                                 int64_t first_line)
    : Stream(State<float>(1, model.state_width()), -1),
      model_(&model),
      rules_(std::move(rules)),
      first_(first_line),
      number_(first_line) {}

void TranslateStream::read(std::string_view text) {
  part_ += text;
  size_t begin = 0;
  for (size_t end; (end = part_.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines_.push_back(part_.substr(begin, end - begin));
  part_.erase(0, begin);
  if (source_.empty()) begin_next();
}

void TranslateStream::finish() {
  if (!part_.empty()) lines_.push_back(std::exchange(part_, {}));
  if (source_.empty()) begin_next();
}

void TranslateStream::read_ids(std::vector<int32_t> source, int64_t number) { begin(std::move(source), number); }

std::optional<std::vector<Translation>> TranslateStream::next() {
  if (done_.empty()) return std::nullopt;
  std::vector<Translation> found = std::move(done_.front());
  done_.pop_front();
  return found;
}

void TranslateStream::begin_next() {
  while (!lines_.empty() && source_.empty()) {
    line_ = std::move(lines_.front());
    lines_.pop_front();
    if (is_blank(line_)) {
      done_.push_back({{.finished = true}});
      ++number_;
      line_.clear();
    } else {
      begin(encode_line(rules_->tokenizer(), line_), number_++);
    }
  }
}

void TranslateStream::begin(std::vector<int32_t> source, int64_t number) {
  source_ = std::move(source), unread_ = true;
  const int vocabulary = model_->config().vocabulary;
  if (rules_->options().sample) {
    draw_.emplace(rules_->draw(source_.size(), number), vocabulary);
  } else {
    search_.emplace(rules_->search(source_.size()), vocabulary);
  }
  rows_ = {0}, ids_ = {rules_->ends()[0]};
}

Wanted TranslateStream::want() const {
  if (source_.empty() || failure_) return {};
  return {.ids = ids_, .rows = rows_, .source = unread_ ? std::span<const int32_t>(source_) : std::span<const int32_t>()};
}

void TranslateStream::take(std::span<const float> outputs) {
  outputs_.insert(outputs_.end(), outputs.begin(), outputs.end());
  const int n = static_cast<int>(rows_.size()), columns = static_cast<int>(outputs.size());
  if (outputs_.size() < rows_.size() * outputs.size()) return;
  const View<float> log_p{outputs_.data(), n, columns, columns};
  Pool alone(1);
  log_softmax(model_->kernels(), alone, log_p, log_p);
  const int looked_at = static_cast<int>(attention_.size()) / n;
  take_rows(log_p, attention_.empty() ? View<const float>{} : View<const float>{attention_.data(), n, looked_at, looked_at},
            looked_at);
  outputs_.clear(), attention_.clear();
}

void TranslateStream::take_rows(View<const float> log_p, View<const float> attention, int looked_at) {
  unread_ = false;
  try {
    if (rules_->options().coverage > 0 && attention.rows == 0)
      throw Error(Exit::usage, "search/coverage",
                  "a coverage penalty needs a model with attention to its source, and this one has none",
                  "search without the penalty");
    if (draw_) {
      if (!draw_->ended()) draw_->step(row_of(log_p));
      if (draw_->ended()) return end({draw_->text()});
      rows_ = {0}, ids_ = {draw_->text().ids.back()};
      return;
    }
    search_->step(log_p, attention, looked_at);
    if (search_->ended()) return end(search_->take_results());
    rows_ = search_->parents(), ids_ = search_->last_ids();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void TranslateStream::end(const std::vector<Hypothesis>& found) {
  done_.push_back(rules_->results_of(found));
  source_.clear(), line_.clear(), rows_.clear(), ids_.clear();
  search_.reset(), draw_.reset();
  begin_next();
}

std::string TranslateStream::save() const {
  const int64_t number = number_ - (source_.empty() ? 0 : 1);
  std::string bytes(kTranslateMark);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  if (!source_.empty()) bytes += line_ + '\n';
  for (const std::string& line : lines_) bytes += line + '\n';
  return bytes + part_;
}

void TranslateStream::load(std::string_view bytes) {
  int64_t number = 0;
  if (!bytes.starts_with(kTranslateMark) || bytes.size() < kTranslateMark.size() + sizeof number)
    throw Error(Exit::model, "state/corrupt", "this is not the saved state of a translation",
                "TranslateStream::save() makes one");
  bytes.copy(reinterpret_cast<char*>(&number), sizeof number, kTranslateMark.size());
  reset();
  number_ = number;
  read(bytes.substr(kTranslateMark.size() + sizeof number));
}

void TranslateStream::reset() {
  part_.clear(), lines_.clear(), line_.clear(), source_.clear(), done_.clear();
  rows_.clear(), ids_.clear(), outputs_.clear(), attention_.clear();
  search_.reset(), draw_.reset();
  unread_ = false, failure_ = nullptr, number_ = first_;
  set_memory(State<float>(1, model_->state_width()));
}

}  // namespace rnn::core
