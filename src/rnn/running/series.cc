// Why: a series grows in a ring, and travels as bytes.
#include "rnn/series.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "io/fingerprint.h"
#include "tasks/forecast/stream/scale.h"

namespace rnn {
inline namespace v1 {

using namespace core;

namespace {

static_assert(std::endian::native == std::endian::little, "saved states and model files are little-endian");

constexpr char kMark[8] = {'r', 'n', 'n', 'p', 'a', 's', 't', '1'};
constexpr char kDatedMark[8] = {'r', 'n', 'n', 'p', 'a', 's', 't', '2'};  // where its first value is follows the head
constexpr uint32_t kMostColumns = 4096, kMostName = 1 << 16;
constexpr double kFurthest = 1e15;                    // steps from where a model's begin, of a series that has dates
constexpr uint64_t kMostNumbers = uint64_t{1} << 20;  // of a ring

// What the bytes begin with; then the name, the fixed covariates, the last steps, earliest first, and the fingerprint.
struct Head {
  char mark[8];
  uint32_t name, fixed, columns, context;
  uint64_t logarithm;
  int64_t steps;
  double offset, count, mean, squares;
};
static_assert(sizeof(Head) == 72 && std::is_trivially_copyable_v<Head>);

// Rows of the ring that are in use.
int64_t rows_held(int64_t steps, int64_t context) { return std::min(steps, context); }

[[noreturn]] void refuse_series(size_t bytes) {
  throw Error(Exit::model, "state/corrupt", "these " + std::to_string(bytes) + " bytes are not a saved series",
              "Series::to_bytes() writes one");
}

bool valid(const Head& h) {
  const bool marked = std::memcmp(h.mark, kMark, sizeof kMark) == 0 || std::memcmp(h.mark, kDatedMark, sizeof kMark) == 0;
  if (!marked || h.name > kMostName || h.fixed > kMostColumns) return false;
  if (h.columns > kMostColumns || h.context > kMostNumbers || (1 + uint64_t{h.columns}) * h.context > kMostNumbers)
    return false;
  if (h.logarithm > 1 || h.steps < 0 || (h.context == 0 && h.steps > 0)) return false;
  if (!std::isfinite(h.offset) || !(h.count >= 0 && h.count <= static_cast<double>(h.steps))) return false;
  return !std::isnan(h.mean) && h.squares >= 0;
}

bool none_infinite(const std::vector<double>& values) {
  return std::none_of(values.begin(), values.end(), [](double v) { return std::isinf(v); });
}

}  // namespace

bool Series::push(double value, std::span<const double> covariates) noexcept {
  if (context_ == 0 || covariates.size() != static_cast<size_t>(columns_) || std::isinf(value)) return false;
  for (const double c : covariates)
    if (std::isinf(c)) return false;
  if (std::isnan(value) && steps_ == 0) return first_ += dated_, true;
  double* row = ring_.data() + static_cast<size_t>(steps_ % context_) * width();
  row[0] = value;
  std::copy(covariates.begin(), covariates.end(), row + 1);
  ++steps_;
  ScaleSums sums{count_, mean_, squares_};
  sums.add(std::isnan(value) || !logarithm_ ? value : shifted_logarithm(value, offset_));
  count_ = sums.count, mean_ = sums.mean, squares_ = sums.squares;
  return true;
}

std::string Series::to_bytes() const {
  Head head{};
  std::memcpy(head.mark, dated_ ? kDatedMark : kMark, sizeof kMark);
  head.name = static_cast<uint32_t>(name_.size()), head.fixed = static_cast<uint32_t>(fixed_.size());
  head.columns = static_cast<uint32_t>(columns_), head.context = static_cast<uint32_t>(context_);
  head.logarithm = logarithm_, head.steps = steps_;
  head.offset = offset_, head.count = count_, head.mean = mean_, head.squares = squares_;
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  if (dated_) bytes.append(reinterpret_cast<const char*>(&first_), sizeof first_);
  const auto add = [&](const double* from, size_t n) {
    bytes.append(reinterpret_cast<const char*>(from), n * sizeof(double));
  };
  bytes += name_;
  add(fixed_.data(), fixed_.size());
  for (int64_t t = steps_ - rows_held(steps_, context_); t < steps_; ++t)
    add(ring_.data() + static_cast<size_t>(t % context_) * width(), width());
  return bytes + Fingerprint{model_[0], model_[1], model_[2]}.bytes();
}

Series Series::from_bytes(std::string_view bytes) {
  Head head;
  if (bytes.size() < sizeof head) refuse_series(bytes.size());
  std::memcpy(&head, bytes.data(), sizeof head);
  if (!valid(head)) refuse_series(bytes.size());
  const auto rows = static_cast<size_t>(rows_held(head.steps, head.context));
  const size_t numbers = head.fixed + rows * (1 + size_t{head.columns});
  const bool dated = std::memcmp(head.mark, kDatedMark, sizeof kMark) == 0;
  const size_t begin = sizeof head + (dated ? sizeof(int64_t) : 0);
  if (bytes.size() != begin + head.name + numbers * sizeof(double) + Fingerprint::kBytes) refuse_series(bytes.size());
  Series s;
  s.context_ = static_cast<int32_t>(head.context), s.columns_ = static_cast<int32_t>(head.columns);
  s.logarithm_ = head.logarithm == 1, s.offset_ = head.offset, s.steps_ = head.steps;
  s.count_ = head.count, s.mean_ = head.mean, s.squares_ = head.squares;
  s.dated_ = dated;
  if (dated) std::memcpy(&s.first_, bytes.data() + sizeof head, sizeof s.first_);
  if (dated && (std::abs(static_cast<double>(s.first_)) > kFurthest || static_cast<double>(s.steps_) > kFurthest))
    refuse_series(bytes.size());
  const char* from = bytes.data() + begin;
  s.name_.assign(from, head.name), from += head.name;
  const auto take = [&](double* to, size_t n) {
    if (n > 0) std::memcpy(to, from, n * sizeof(double));
    from += n * sizeof(double);
  };
  s.fixed_.resize(head.fixed), take(s.fixed_.data(), s.fixed_.size());
  s.ring_.resize(head.context * s.width());
  for (int64_t t = s.steps_ - static_cast<int64_t>(rows); t < s.steps_; ++t)
    take(s.ring_.data() + static_cast<size_t>(t % s.context_) * s.width(), s.width());
  if (!none_infinite(s.fixed_) || !none_infinite(s.ring_)) refuse_series(bytes.size());
  const Fingerprint model = Fingerprint::of_bytes(bytes.substr(bytes.size() - Fingerprint::kBytes));
  s.model_[0] = model.config, s.model_[1] = model.tokenizer, s.model_[2] = model.weights;
  return s;
}

bool operator==(const Series& a, const Series& b) noexcept {
  const auto same = [](const std::vector<double>& x, const std::vector<double>& y) {
    return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(double)) == 0);
  };
  const auto number = [](double v) { return std::bit_cast<uint64_t>(v); };
  return a.name_ == b.name_ && std::equal(std::begin(a.model_), std::end(a.model_), std::begin(b.model_)) &&
         a.context_ == b.context_ && a.columns_ == b.columns_ && a.logarithm_ == b.logarithm_ && a.offset_ == b.offset_ &&
         a.steps_ == b.steps_ && a.dated_ == b.dated_ && a.first_ == b.first_ && a.count_ == b.count_ &&
         number(a.mean_) == number(b.mean_) && number(a.squares_) == number(b.squares_) && same(a.fixed_, b.fixed_) &&
         same(a.ring_, b.ring_);
}

}  // namespace v1
}  // namespace rnn
