// Why: a recogniser that is told to wait, in another process if need be, goes on in the middle of a word.
#include "audio/state_bytes.h"
#include "base/error.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {
namespace {

constexpr std::string_view kRecognizerState = "RCG1";

void put_part(std::string& bytes, std::string_view part) {
  put_state(bytes, static_cast<uint64_t>(part.size()));
  bytes += part;
}

std::string_view part_of(StateReader& in) { return in.bytes(in.get<uint64_t>()); }

void put_row_numbers(std::string& bytes, const std::vector<float>& numbers) {
  put_state(bytes, static_cast<uint64_t>(numbers.size()));
  put_numbers(bytes, numbers);
}

// Whole rows.
std::vector<float> row_numbers(StateReader& in, int width) {
  const auto count = in.get<uint64_t>();
  if (width == 0 ? count > 0 : count % static_cast<uint64_t>(width) != 0) in.refuse("a row is not whole");
  if (count > in.left() / sizeof(float)) in.refuse("it is too short");
  std::vector<float> numbers(count);
  in.numbers(numbers);
  return numbers;
}

Resampler resampler_of(const StateReader& in, std::string_view bytes, int from, int to) {
  try {
    Resampler resampler(from, to);
    resampler.load(bytes);
    return resampler;
  } catch (const Error& e) {
    if (e.code() == "audio/rate") in.refuse("its rates");
    throw;
  }
}

}  // namespace

std::string Recognizer::save() const {
  if (!ended_.empty())
    throw Error(Exit::usage, "stream/unread", "a recogniser cannot be saved before the utterances that have ended are taken",
                "take() until there is none");
  std::string bytes(kRecognizerState);
  bytes += speech_.fingerprint.bytes();
  put_state(bytes, rate_), put_state(bytes, first_frame_), put_state(bytes, row_), put_state(bytes, begin_);
  put_part(bytes, resampler_ ? resampler_->save() : std::string());
  put_part(bytes, front_end_.save());
  put_part(bytes, state_.bytes());
  put_row_numbers(bytes, frames_), put_row_numbers(bytes, said_), put_row_numbers(bytes, hidden_);
  return bytes;
}

void Recognizer::load(std::string_view bytes) {
  reset();
  const Model<float>& model = *speech_.model;
  StateReader in(bytes, kRecognizerState);
  require_same_model(Fingerprint::of_bytes(in.bytes(Fingerprint::kBytes)), speech_.fingerprint);
  const auto rate = in.get<int>();
  const auto first_frame = in.get<int64_t>(), row = in.get<int64_t>(), begin = in.get<int64_t>();
  const std::string_view resampled = part_of(in), front_end = part_of(in), memory = part_of(in);
  const int frame = static_cast<int>(speech_.front.mean.size());
  std::vector<float> frames = row_numbers(in, frame);
  const std::vector<float> said = row_numbers(in, speech_.timed() ? model.outputs() : 0),
                           hidden = row_numbers(in, model.config().transducer.present() ? model.width() : 0);
  in.end();
  const int own = speech_.front.bank.rate;
  if (rate < 0 || resampled.empty() != (rate == 0 || rate == own)) in.refuse("its rates");
  const int64_t rows = row - begin;
  const bool counts = first_frame >= 0 && begin >= 0 && rows >= 0 && row <= (int64_t{1} << 48) &&
                      first_frame <= row * speech_.front.stack &&
                      (!speech_.timed() || std::ssize(said) == rows * model.outputs()) &&
                      (!model.config().transducer.present() || std::ssize(hidden) == rows * model.width());
  if (!counts) in.refuse("its counts");
  State<float> state = State<float>::of_bytes(memory, state_.width());
  state_.require_shape_of(state);
  require_finite_state({state.row(0), static_cast<size_t>(state.width())});
  FrontEnd front(speech_.front.bank);
  front.load(front_end);
  if (front.frames() != first_frame + std::ssize(frames) / frame) in.refuse("its frames");
  if (!resampled.empty()) resampler_.emplace(resampler_of(in, resampled, rate, own));
  front_end_ = std::move(front), state_ = std::move(state), frames_ = std::move(frames);
  rate_ = rate, first_frame_ = first_frame, row_ = begin_ = begin;
  for (int64_t t = 0; t < rows; ++t) {
    const auto row_from = [t](const std::vector<float>& all, int width) {
      return all.empty() ? View<const float>() : View<const float>(all.data() + t * width, 1, width, width);
    };
    search(row_from(hidden, model.width()), row_from(said, model.outputs()));
  }
}

}  // namespace rnn::core
