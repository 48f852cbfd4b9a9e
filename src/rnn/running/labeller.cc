// Why: the public labeller wraps that of the sequence tasks, with its threads, its model and the names of symbols and labels.
#include "rnn/labeller.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/sequence_line.h"
#include "rnn/running/access.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn {
inline namespace v1 {
namespace {

[[noreturn]] void refuse_sequence(const char* code, const std::string& message, const std::string& help) {
  throw Error(Exit::data, code, message, help);
}

}  // namespace

struct Labeller::Core {
  Core(const Model& m, const Threads& t)
      : model(m), threads(t), labeller(Access::file(model), Access::pool(threads)), table(&labeller.shape().symbols) {
    if (labeller.shape().front.kind != InputKind::none)
      throw Error(Exit::model, "model/task", "this model reads texts, words or sensors, not symbols and frames as they are",
                  "rnn classify and rnn tag run it");
  }

  Labelled answer(const SequenceExample& example) {
    const std::vector<std::string>& names = labeller.shape().labels;
    const Labels found = labeller.label({&example, 1}, static_cast<int>(names.size()))[0];
    if (!found.finite)
      refuse_sequence("data/overflow", "the numbers are too large for the model, its outputs are not finite",
                      "scale the numbers");
    Labelled out;
    out.values = found.values;
    out.unknown = static_cast<int>(std::count(example.ids.begin(), example.ids.end(), -1));
    for (const auto& answer : found.answers) {
      out.labels.push_back(names[static_cast<size_t>(answer[0].id)]);
      out.probabilities.push_back(static_cast<float>(answer[0].probability));
      const size_t row = out.distribution.size();
      out.distribution.resize(row + names.size());
      for (const Candidate& c : answer)
        out.distribution[row + static_cast<size_t>(c.id)] = static_cast<float>(c.probability);
    }
    return out;
  }

  Model model;  // keeps the weights alive
  Threads threads;
  core::Labeller labeller;
  SymbolTable table;
};

Labeller::Labeller(const Model& model, const Threads& threads) : core_(std::make_unique<Core>(model, threads)) {}
Labeller::~Labeller() = default;
Labeller::Labeller(Labeller&& other) noexcept = default;
Labeller& Labeller::operator=(Labeller&& other) noexcept = default;

const std::vector<std::string>& Labeller::labels() const noexcept { return core_->labeller.shape().labels; }
const std::vector<std::string>& Labeller::symbols() const noexcept { return core_->labeller.shape().symbols; }

Labelled Labeller::label(std::span<const std::string> symbols) {
  const int width = core_->labeller.shape().width;
  if (width > 0)
    refuse_sequence("data/sequence", "the input is words; that of the model is " + input_text(width),
                    "give it frames of numbers");
  if (symbols.empty()) refuse_sequence("data/sequence", "the input is empty", "a sequence needs at least one step");
  SequenceExample example;
  for (const std::string& symbol : symbols) example.ids.push_back(core_->table.find(symbol));
  return core_->answer(example);
}

Labelled Labeller::label(std::span<const float> frames) {
  const int width = core_->labeller.shape().width;
  if (width == 0) refuse_sequence("data/sequence", "the input is numbers; that of the model is words", "give it symbols");
  if (frames.empty()) refuse_sequence("data/sequence", "the input is empty", "a sequence needs at least one step");
  if (frames.size() % static_cast<size_t>(width) != 0) {
    refuse_sequence("data/sequence",
                    "the input has " + std::to_string(frames.size()) + " numbers; that of the model is " + input_text(width),
                    "give whole frames, one after another");
  }
  const auto bad = std::find_if(frames.begin(), frames.end(), [](float x) { return !std::isfinite(x); });
  if (bad != frames.end()) {
    refuse_sequence("data/nan", "number " + std::to_string(bad - frames.begin() + 1) + " of the input is not finite",
                    "give it a value, or leave the sequence out");
  }
  SequenceExample example;
  example.frames.assign(frames.begin(), frames.end());
  return core_->answer(example);
}

}  // namespace v1
}  // namespace rnn
