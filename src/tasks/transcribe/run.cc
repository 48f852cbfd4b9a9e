// Why: the parts of a run on speech: clips, frames, characters, a head; error rates of the best model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "tasks/transcribe/clip_parts.h"
#include "tasks/transcribe/evaluate_speech.h"
#include "tasks/transcribe/task.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr int kMaskedAfter = 5;  // one epoch in so many is without masks, the first ones
constexpr int kTailSteps = 8;    // a network that reads forward only writes a little late

class SpeechRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return hash_; }
  SpeechOptions& speech() { return options.speech; }
  const SpeechOptions& speech() const { return options.speech; }
  SpeechText rules() const { return speech_rules(speech()); }

  void read() override {
    if (!request.init_from.empty())
      throw Error(Exit::usage, "usage/init_from", "a recogniser does not start from another model", "leave --init-from out");
    clips_ = read_clips(request.data, {.rules = rules()});
    const auto listed = [&](const std::string& file) {
      return file.empty() ? std::vector<Clip>() : read_clips({file}, {.rules = rules()}).clips;
    };
    parts_ = part_clips(clips_, speech(), speech_valid_share(options), listed(valid_file()), listed(test_file()));
    if (speech().rate == 0) speech().rate = clips_.rate;
    if (speech().bins == 0) speech().bins = speech().rate < 16000 ? 40 : 80;
    effects_ = read_effects(speech(), speech().rate);
    hash_ = effects_.present() ? clips_.hash + effects_.hash : clips_.hash;
  }

  // Defaults, for options not given, that suit an hour of speech.
  void decide() override {
    ModelOptions& m = options.model;
    TrainOptions& t = options.train;
    const SpeechOptions usual;
    if (!speech().transducer && (speech().predictor != usual.predictor || speech().joint_ctc != usual.joint_ctc))
      throw Error(Exit::usage, "usage/option", "--predictor and --joint-ctc belong to --transducer", "add --transducer");
    if (speech().row_convolution > 0 && !speech().streaming)
      throw Error(Exit::usage, "usage/option", "--row-convolution belongs to --streaming: without it the whole clip is read",
                  "add --streaming, or leave it out");
    if (!given("cell")) m.cell = "gru";  // learns where to write in fewer updates than an LSTM
    if (!given("layers")) m.layers = 3;
    if (!given("hidden")) m.hidden = 320;
    if (!given("dropout")) m.dropout = 0.3;
    if (!given("batch")) t.batch = 8;
    if (!given("lr")) t.lr = 1e-3;
    if (!given("epochs")) t.epochs = 40;
    if (!given("schedule")) t.schedule = "cosine";
    if (!given("warmup")) t.warmup = 100;
    if (!given("clip")) t.clip = 5;
    if (!given("patience")) t.patience = 0;
    if (!given("average")) t.average = "ema";
    if (!given("tokens")) m.tokens = "char";
    if (m.tokens == "auto") m.tokens = "char";
  }

  void build() override {
    SpeechFront& front = data_.front;
    front.bank.rate = speech().rate, front.bank.bins = speech().bins;
    front.stack = speech().stack, front.streaming = speech().streaming;
    front.lookahead = front.streaming ? speech().lookahead : 0;
    front.delay = speech().row_convolution;
    front.tail = front.streaming ? kTailSteps + front.delay : 0;
    front.rules = rules();
    front.bank.check();
    std::vector<std::string> texts;
    for (const Clip& clip : parts_.train) texts.push_back(clip.text);
    const std::vector<std::string_view> documents(texts.begin(), texts.end());
    if (std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return text.empty(); }))
      throw Error(Exit::data, "data/no_text", "no clip has a transcript", "each clip needs the words that are said in it");
    tokenizer = build_tokenizer(options.model.tokens, documents, {options.model.min_count, options.model.max_vocabulary});
    Pool pool(options.train.threads);
    fit_front(front, parts_.train, pool);
    ModelConfig config = model_config(options.model);
    config.task = request.task;
    config.vocabulary = 0, config.tied = false;
    config.rnn.input = front.width();
    config.rnn.bidirectional = !front.streaming;
    config.input_dropout = 0;
    config.output = tokenizer->size() + 1;
    config.row_convolution = front.delay;
    if (speech().transducer)
      config.transducer = {.recurrent = speech().predictor == "recurrent", .ctc_weight = speech().joint_ctc};
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
  }

  void restore(ModelFile& file, const std::string&) override {
    tokenizer = std::move(file.tokenizer);
    data_.front = speech_front_of(file.about["speech"]);
  }

  void batch() override {
    Pool pool(options.train.threads);
    data_.left_out.clear();
    FloatStore store(speech().frame_memory > 0 ? std::llround(speech().frame_memory * (1 << 20)) : half_of_memory());
    data_.train = hear(data_.front, *tokenizer, parts_.train, speeds_of(speech().speeds), pool, &data_.left_out, store,
                       effects_.present());
    data_.valid = hear(data_.front, *tokenizer, parts_.valid, {1}, pool, &data_.left_out, store);
    data_.test = hear(data_.front, *tokenizer, parts_.test, {1}, pool, &data_.left_out, store);
    frames_in_memory_ = store.bytes() - store.bytes_in_file(), frames_in_file_ = store.bytes_in_file();
    if (data_.train.clips.empty() || data_.valid.clips.empty()) {
      const std::string& reason =
          data_.left_out.empty() ? "there is none" : data_.left_out[0].clip + " " + data_.left_out[0].reason;
      throw Error(
          Exit::data, "data/no_audio",
          fmt::format("no clip is left {}: {}", data_.train.clips.empty() ? "to learn from" : "to choose by", reason),
          "rnn data check names what is wrong with each of them");
    }
    const TrainOptions& t = options.train;
    train = clip_batcher(data_.front, data_.train.heard,
                         {.batch = t.batch,
                          .train = true,
                          .masks_from = speech().spec_augment ? t.epochs / kMaskedAfter : -1,
                          .mask_width = speech().mask_width,
                          .seed = t.seed,
                          .volume = speech().volume,
                          .effects = effects_.present() ? &effects_ : nullptr});
    valid = clip_batcher(data_.front, data_.valid.heard, {.batch = t.batch, .masks_from = -1, .seed = t.seed});
  }

  json about_data() const override {
    const auto names = [](const std::vector<Clip>& clips) {
      json ids = json::array();
      for (const Clip& clip : clips) ids.push_back(clip.id);
      return ids;
    };
    return {{"task", request.task},
            {"speech", speech_front_json(data_.front)},
            {"data",
             {{"train", request.data},
              {"valid", valid_file()},
              {"hash", hash_},
              {"valid_clips", names(parts_.valid)},
              {"test_clips", names(parts_.test)}}}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    const auto part = [](const SpeechPart& p) { return json{{"clips", p.clips.size()}, {"seconds", p.seconds()}}; };
    json left = json::array();
    for (const LeftOut& l : data_.left_out) left.push_back({{"clip", l.clip}, {"reason", l.reason}});
    folder.write_data({{"files", request.data},
                       {"hash", hash_},
                       {"task", request.task},
                       {"train", part(data_.train)},
                       {"valid", part(data_.valid)},
                       {"test", part(data_.test)},
                       {"left_out", left}});
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  void report(RunResult& result, const TrainProgress&, json& metrics) override {
    ModelFile file = load_model(folder.model());
    Pool pool(options.train.threads);
    file.model->pack(pool, false);
    const SpeechModel speech_of_best = speech_model(file);
    result.valid = evaluate_speech(speech_of_best, data_.valid, pool).model;
    metrics = json::object();
    add_metrics("val", result.valid, metrics);
    if (!data_.test.clips.empty()) {
      result.test = evaluate_speech(speech_of_best, data_.test, pool).model;
      add_metrics("test", *result.test, metrics);
    }
    write_card(result, *file.model);
  }

  void write_card(const RunResult& result, const Model<float>& best) const {
    const RecurrentOptions& rnn = best.config().rnn;
    const std::string cell(cell_name(rnn.cell, rnn.flags));
    ModelCard card = folder.card(request, result, best, clips_.files);
    card.dataset = std::filesystem::path(request.data[0]).filename().string();
    card.words = kTranscribe.card;
    card.summary = fmt::format("Transcribes speech as that of {}: {} of {} with {} hidden units{}, {}.",
                               minutes(data_.train.seconds()), counted(rnn.layers, "layer"), cell, units_text(rnn),
                               rnn.bidirectional ? " in each direction" : "", speech_head_text(best.config()));
    card.tags = {cell, "automatic-speech-recognition"};
    card.facts.push_back({"sound", fmt::format("{} Hz, {} bands", data_.front.bank.rate, data_.front.bank.bins)});
    card.facts.push_back({"characters", std::to_string(tokenizer->size())});
    card.limits = {
        fmt::format("It has heard {} of speech: it knows these voices, words and microphones, and is no dictation.",
                    minutes(data_.train.seconds()))};
    folder.write_card(card);
  }

  static std::string minutes(double seconds) {
    return seconds < 5400 ? fmt::format("{:.1f} minutes", seconds / 60) : fmt::format("{:.1f} hours", seconds / 3600);
  }

  Plan plan(Pool& pool) const override {
    const TrainOptions& o = options.train;
    const SpeechFront& front = data_.front;
    int64_t steps = 0;
    int longest = 0;
    for (const HeardClip& clip : data_.train.heard) {
      const auto own = static_cast<int>(front.steps_of(clip.frames[0]));
      steps += own, longest = std::max(longest, own);
    }
    Plan plan;
    plan.add("data", fmt::format("{} · {}", files_text(request.data), clips_.words_for_people()));
    for (const Finding& finding : clips_.findings) plan.add("note", finding.message);
    plan.add("sound",
             fmt::format("{} Hz · {} bands of the mel scale every {:g} ms, {} a step{}{}", front.bank.rate, front.bank.bins,
                         front.bank.shift_ms, front.stack,
                         front.streaming ? fmt::format(", {} ahead", counted(front.lookahead, "frame")) : "",
                         front.delay > 0 ? fmt::format(", {} more of hidden rows", counted(front.delay, "step")) : ""));
    if (effects_.present()) plan.add("effects", effects_.words);
    plan.add("text", fmt::format("{} · rules {}", counted(tokenizer->size(), "character"), speech().text_rules));
    if (speech().transducer) plan.add("head", speech_head_text(model->config()));
    plan.add("split",
             fmt::format(
                 "{}: {} to learn from, {} to choose by{}", parts_.words, counted(data_.train.clips.size(), "clip"),
                 grouped(std::ssize(data_.valid.clips)),
                 data_.test.clips.empty() ? "" : fmt::format(", {} for the test", grouped(std::ssize(data_.test.clips)))));
    if (!data_.left_out.empty())
      plan.add("note", fmt::format("{} left out: {} {}{}", counted(data_.left_out.size(), "clip"), data_.left_out[0].clip,
                                   data_.left_out[0].reason, data_.left_out.size() > 1 ? "; data.json names all" : ""));
    if (frames_in_file_ > 0)
      plan.add("frames", fmt::format("{} in memory, {} in a file without a name, read ahead (--frame-memory)",
                                     bytes_text(frames_in_memory_), bytes_text(frames_in_file_)));
    plan_work(plan, counted(o.batch, "clip"), steps, training_bytes(*model, o, longest), pool);
    return plan;
  }

  ClipSet clips_;
  ClipParts parts_;
  SoundEffects effects_;
  std::string hash_;  // of the clips and what is heard with them
  SpeechData data_;
  int64_t frames_in_memory_ = 0, frames_in_file_ = 0;  // bytes
};

}  // namespace

std::unique_ptr<Run> run_transcribe(const RunRequest& request) { return std::make_unique<SpeechRun>(request); }

}  // namespace rnn::core
