// Why: the parts of a run on labelled texts, tagged words and sensor files: what is read of them, how it is answered, which rows to beat.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "runs/plan.h"
#include "runs/run.h"
#include "tasks/sequences/calibrate.h"
#include "tasks/sequences/evaluate_labels.h"
#include "tasks/sequences/label_data.h"
#include "tasks/sequences/label_texts.h"
#include "tasks/sequences/label_words.h"
#include "tasks/sequences/measure_several.h"
#include "tasks/sequences/task.h"
#include "text/tag_scheme.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr size_t kListedFiles = 50;  // in a card

constexpr CardWords kClassifyCard = {.pipeline = "text-classification",
                                     .data = "labelled examples",
                                     .measured = "labelled examples; accuracy and F1 are better higher, the loss lower.",
                                     .contents = "labels, and how inputs become numbers",
                                     .use = "rnn classify {run} NEW.csv\nrnn eval {run} TEST.csv\nrnn info {run}\n"};
constexpr CardWords kTagCard = {.pipeline = "token-classification",
                                .data = "tagged sentences",
                                .measured = "tagged sentences; F1 and accuracy are better higher, the loss lower.",
                                .contents = "labels, and how words become numbers",
                                .use = "rnn tag {run} TEXT.txt\nrnn eval {run} TEST.conll\nrnn info {run}\n"};

constexpr CardWords kFollowCard = {
    .pipeline = "time-series-regression",
    .data = "rows of tables",
    .measured = "rows of tables; accuracy and F1 are better higher, errors and the loss lower.",
    .contents = "labels, columns, and how their numbers are scaled",
    .use = "rnn predict {run} NEW.csv\nrnn eval {run} TEST.csv\nrnn info {run}\n"};

constexpr int kWindow = 128;            // rows of a training example of a table that is followed
constexpr double kFollowedShare = 0.2;  // of it that chooses: neighbouring rows are alike, so a few say little

constexpr std::string_view kAnswerWords[] = {"one label", "any number of labels, each a yes or no (--answers several)",
                                             "a place on the scale of the labels (--answers ordered)"};

constexpr int64_t kFewestAnswers = 100;  // of a validation part that says how sure to be

class LabelRun final : public Run {
 public:
  using Run::Run;

 private:
  const std::string& hash() const override { return data_.hash; }
  bool tags() const { return target() == TargetForm::labels; }
  bool every_step() const { return tags() || target() == TargetForm::numbers; }
  bool follows() const { return request.task == target_task(TargetForm::numbers); }
  // Of a table that is followed: labels or numbers, as its column is.
  TargetForm target() const { return follows() && !data_.train.numbers ? TargetForm::labels : target_of_task(request.task); }
  bool labels_wholes() const { return request.task == kClassifyTagTask; }  // sentences, beside their tags

  void read() override {
    if (!request.init_from.empty()) start_ = std::make_unique<ModelFile>(load_model(request.init_from));
    if (follows() && !given("valid-share") && request.valid.empty()) options.train.valid_share = kFollowedShare;
    take_answers();
    require_options();
    const Fold fold = parse_fold(options.labels.fold);
    if (fold.of > 0 && !request.test.empty())
      throw Error(Exit::usage, "usage/option", "with --fold or --folds a part of the data is the test", "leave --test out");
    data_ = read_label_data(request.data, {request.valid, options.train.valid_share, request.split, fold},
                            label_source(request.task, options));
    if (data_.train.kind != InputKind::frames && augment().any())
      throw Error(Exit::usage, "usage/option", "--jitter, --amplitude and --time-warp are for numbers of sensors",
                  "for texts: --word-dropout");
    if (every_step() && options.labels.time_warp > 0)
      throw Error(Exit::usage, "usage/option", "--time-warp is for one label of a sequence, but here every step has one",
                  "--jitter, --amplitude");
    if (follows()) options.series.y = data_.train.label_column;
  }

  FrameAugment augment() const { return {options.labels.jitter, options.labels.amplitude, options.labels.time_warp}; }

  // What a model to start from answers, it goes on to answer.
  void take_answers() {
    if (!start_) return;
    const std::string found(kAnswerNames[static_cast<size_t>(start_->model->config().answers)]);
    if (given("answers") && options.labels.answers != found)
      throw Error(Exit::usage, "usage/init_from",
                  fmt::format("--answers is {}, but {} has {}", options.labels.answers, start_->path, found),
                  "leave it out: labels and weights come from the model; or train a new one without --init-from");
    if (given("order"))
      throw Error(Exit::usage, "usage/init_from", fmt::format("--order is given, but {} has its own labels", start_->path),
                  "leave it out: the labels come from the model");
    options.labels.answers = found;
  }

  void require_answers() const {
    const LabelOptions& l = options.labels;
    const auto bad = [](const std::string& message, const char* help) {
      throw Error(Exit::usage, "usage/option", message, help);
    };
    if (!l.order.empty() && l.answers != kAnswerNames[static_cast<size_t>(Answers::ordered)])
      bad("--order is the order of labels on a scale, but --answers is " + l.answers, "--answers ordered");
    if (l.answers == kAnswerNames[static_cast<size_t>(Answers::one)]) return;
    if (every_step())
      bad(fmt::format("--answers {} is for the label of a whole sequence, but the task is {}", l.answers, request.task),
          "leave it out");
    if (l.answers != kAnswerNames[static_cast<size_t>(Answers::several)]) return;
    if (l.class_weights != "none")
      bad("--class-weights weighs examples by their one label, but here they have several", "leave it out");
    if (options.train.label_smoothing > 0)
      bad("--label-smoothing spreads what is certain of one label over all, but here every label is a yes or no of its own",
          "leave it out");
  }

  void require_options() const {
    require_answers();
    if (follows() && !options.labels.inputs.empty())
      throw Error(Exit::usage, "usage/option", "--inputs is for tables of texts; here all columns of numbers are read",
                  "leave it out");
    if (!follows() || options.labels.group.empty()) return;
    throw Error(Exit::usage, "usage/option", "--group is for examples with one label; here a series is a group",
                "--id COLUMN says which rows are one series");
  }

  // Settings chosen on the validation parts of the files of recipes/ (docs/labels.md).
  void decide() override {
    ModelOptions& m = options.model;
    TrainOptions& t = options.train;
    const InputKind kind = data_.train.kind;
    if (m.tied || !m.tokenizer.empty())
      throw Error(
          Exit::usage, "usage/task_option",
          fmt::format("--{} is for models that write text, but the task is {}", m.tied ? "tied" : "tokenizer", request.task),
          "leave it out");
    if (start_) return;
    if (!given("hidden")) m.hidden = kind == InputKind::frames ? 64 : 128;
    if (!given("dropout")) m.dropout = kind == InputKind::frames ? 0.2 : 0.5;
    if (!given("min-count") && kind != InputKind::frames) m.min_count = 2;
    if (!given("batch")) t.batch = 16;
    if (follows() && !given("bptt")) t.bptt = kWindow;
    if (!given("lr")) t.lr = 2e-3;
    if (!given("epochs")) t.epochs = kind == InputKind::frames ? 40 : 20;
    if (!given("patience")) t.patience = 5;
    if (!given("init") && !given("forget-bias")) m.init = "auto";
  }

  std::string pooling() const {
    if (options.labels.pool != "auto") return options.labels.pool;
    return every_step() ? "last" : "max";
  }
  bool both_ways() const { return options.labels.directions != "one"; }

  // Only where the last state answers alone.
  int reach() const override {
    if (every_step() || pooling() != "last" || both_ways() || data_.train.kind != InputKind::frames) return 0;
    std::vector<int> steps;
    for (const RawExample& e : data_.train.examples)
      steps.push_back(static_cast<int>(e.frames.size() / static_cast<size_t>(data_.train.width)));
    return usual_longest(std::move(steps));
  }

  void build() override {
    if (start_) {
      require_finite(*start_->model, start_->path);
      shape_ = shape_of_model(*start_);
      shape_.front.temperature = 1, shape_.front.calibrated = 0, shape_.front.threshold = LabelFront().threshold;
      if (shape_.front.kind == InputKind::none)
        throw Error(Exit::usage, "usage/init_from",
                    start_->path + " was trained on lines of JSON: it cannot read " + request.data[0],
                    "start from a model of the same kind of data");
      require_same_answers(start_->model->config());
      tokenizer = std::move(start_->tokenizer);
      model = start_from(std::move(start_->model), request, tokenizer.get(), &options.model);
      return;
    }
    const std::optional<WordVectors> vectors = vectors_of_run(options.labels, data_.train.kind, options.model);
    LearntFront learnt = learn_front(data_.train, target(), options.labels, options.model, vectors ? &*vectors : nullptr);
    shape_ = std::move(learnt.shape), tokenizer = std::move(learnt.tokenizer), reading_ = std::move(learnt.reading);
    ModelConfig config = model_config(options.model);
    config.task = target_task(target());
    config.output = shape_.outputs();
    config.vocabulary = tokenizer ? tokenizer->size() : static_cast<int>(shape_.symbols.size());
    config.columns = shape_.columns, config.letters = letters_of(shape_);
    config.whole_labels = static_cast<int>(shape_.whole_labels.size());
    if (shape_.width > 0) config.rnn.input = shape_.width, config.input_dropout = 0;
    config.tied = false;
    config.rnn.bidirectional = both_ways();
    config.pool = static_cast<Pooling>(index_of(kPoolingNames, pooling()));
    config.answers = shape_.answers;
    if (tokenizer) config.drops.unknown = tokenizer->unknown_id();
    set_chain(config);
    model = std::make_unique<Model<float>>(config);
    initialise_by(options, *model);
    if (!vectors) return;
    begin_with_vectors(*vectors, learnt.vector_rows, *model);
    vectors_ = record_of(*vectors), vectors_text_ = std::move(learnt.vectors);
  }

  // Of a model to start from: what was asked for and is its own.
  void require_same_answers(const ModelConfig& c) const {
    const LabelOptions& l = options.labels;
    if (labels_wholes() != (c.whole_labels > 0))
      throw Error(Exit::usage, "usage/init_from",
                  fmt::format("the task is {}, but {} {} sentences", request.task, start_->path,
                              c.whole_labels > 0 ? "also labels" : "does not label"),
                  fmt::format("--task {}, or train a new one without --init-from",
                              c.whole_labels > 0 ? kClassifyTagTask : target_task(target())));
    if (!l.vectors.empty())
      throw Error(Exit::usage, "usage/init_from", "--vectors is for new models, but " + start_->path + " has an embedding",
                  "leave one of the two out");
    const std::tuple<const char*, const std::string&, std::string> facts[] = {
        {"pool", l.pool, std::string(kPoolingNames[static_cast<size_t>(c.pool)])},
        {"directions", l.directions, c.rnn.bidirectional ? "both" : "one"},
        {"crf", l.crf, c.crf ? "on" : "off"}};
    for (const auto& [name, asked, found] : facts) {
      if (asked == "auto" || asked == found) continue;
      throw Error(Exit::usage, "usage/init_from", fmt::format("--{} is {}, but {} has {}", name, asked, start_->path, found),
                  "leave it out: shape and weights come from the model; or train a new one without --init-from");
    }
  }

  void set_chain(ModelConfig& config) const {
    const LabelOptions& l = options.labels;
    if (l.crf == "on" && !tags())
      throw Error(Exit::usage, "usage/option",
                  fmt::format("--crf is for a label at every step, but {}",
                              every_step() ? "column " + data_.train.label_column + " is a number" : "the task is classify"),
                  "leave it out");
    if (l.pool != "auto" && every_step())
      throw Error(Exit::usage, "usage/option", "--pool is for one label of a sequence, but the task is " + request.task,
                  "leave it out");
    if (l.class_weights != "none" && target() == TargetForm::numbers)
      throw Error(Exit::usage, "usage/option",
                  "--class-weights is for labels, but column " + data_.train.label_column + " is a number", "leave it out");
    if (l.class_weights != "none" && labels_wholes())
      throw Error(Exit::usage, "usage/option",
                  "--class-weights weighs labels of one kind, but here sentences and words have some", "leave it out");
    const bool spans = shape_.front.scheme == "bio" || shape_.front.scheme == "bioes";
    config.crf = tags() && (l.crf == "on" || (l.crf == "auto" && spans));
    if (!config.crf) return;
    if (spans) config.places = places_of_labels(shape_.labels);
    if (options.train.label_smoothing > 0)
      throw Error(Exit::usage, "usage/option", "--label-smoothing smooths steps alone, but these tags are a chain",
                  "leave it out, or --crf off");
    if (l.class_weights != "none")
      throw Error(Exit::usage, "usage/option", "--class-weights weighs steps alone, but these tags are a chain",
                  "leave it out, or --crf off");
  }

  void restore(ModelFile& file, const std::string&) override {
    tokenizer = std::move(file.tokenizer);
    file.model = std::move(model);
    shape_ = shape_of_model(file);
    vectors_ = file.about.at("data").value("vectors", json());
    model = std::move(file.model);
  }

  void batch() override {
    if (options.labels.class_weights == "balanced") shape_.weights = balanced_weights(data_.train, shape_.labels);
    data_.window = follows() ? options.train.bptt : 0;
    data_.encode(shape_, tokenizer.get());
    train = sequence_batcher(shape_, data_.train_examples, {options.train.batch, true, options.train.seed, augment()});
    valid = sequence_batcher(shape_, data_.valid_examples, {options.train.batch, false, options.train.seed});
  }

  json about_data() const override {
    json data = {
        {"train", request.data}, {"valid", request.valid}, {"hash", data_.hash}, {"split", split_name(request.split)}};
    if (!vectors_.is_null()) data["vectors"] = vectors_;
    return {{"task", request.task}, {"sequences", shape_to_json(shape_)}, {"data", std::move(data)}};
  }

  void write_files(bool resumed) const override {
    folder.write_config(options, {request.data, request.valid, request.test});
    if (resumed) return;
    json data = {
        {"files", request.data},
        {"hash", data_.hash},
        {"task", request.task},
        {"found", data_.train.notes},
        {"labels", shape_.labels},
        {"train", {{"examples", data_.train_examples.size()}, {"steps", steps(data_.train_examples)}}},
        {"valid",
         {{"examples", data_.valid_examples.size()}, {"steps", steps(data_.valid_examples)}, {"shared", data_.shared}}}};
    if (request.valid.empty()) data["valid"]["split"] = split_name(request.split);
    data["valid"]["files"] = request.valid;
    if (labels_wholes()) data["whole_labels"] = shape_.whole_labels;
    if (!vectors_.is_null()) data["vectors"] = vectors_;
    folder.write_data(data);
  }

  json metrics(const TrainProgress& p) const override { return {{"val_loss", p.best_loss}, {"step", p.best_update}}; }

  void report(RunResult& result, const TrainProgress&, json& metrics) override {
    Pool pool(options.train.threads);
    calibrate_best(pool);
    ModelFile file = load_model(folder.model());
    LabelReport report = measure_labels(file, data_.valid, &data_, pool);
    result.valid = std::move(report.model), result.baselines = std::move(report.baselines);
    if (!data_.test.examples.empty()) {
      ModelFile again = load_model(folder.model());
      LabelReport test = measure_labels(again, data_.test, &data_, pool);
      result.test = std::move(test.model), result.test_baselines = std::move(test.baselines);
    }
    if (!request.test.empty()) {
      LabelSource source{target(), labels_wholes(), options.labels};
      if (follows()) source = label_source(shape_, options.labels);
      const RawSet test = read_label_files(request.test, of_test(source, data_.train));
      ModelFile again = load_model(folder.model());
      result.test = measure_labels(again, test, nullptr, pool).model;
    }
    metrics = {{"constant_loss", result.baselines[0].at(figure::kLoss)}};
    add_metrics("val", result.valid, metrics);
    if (result.test) add_metrics("test", *result.test, metrics);
    const ModelFile best = load_model(folder.model());
    write_card(result, *best.model);
  }

  // Of the validation part: labels, of several labels examples.
  int64_t answers_to_fit() const {
    if (shape_.answers == Answers::several) return std::ssize(data_.valid_examples);
    int64_t answers = 0;
    for (const SequenceExample& e : data_.valid_examples)
      answers += std::count_if(e.labels.begin(), e.labels.end(), [](int32_t label) { return label >= 0; });
    return answers;
  }

  // The best model by the validation part, made as sure as it is right on it, and the threshold from which one of several labels is given.
  // The checkpoint's own stays beside it for a resumed run. The probabilities of a scale are no quotient of outputs: they stay.
  void calibrate_best(Pool& pool) {
    const int64_t answers = answers_to_fit();
    const bool several = shape_.answers == Answers::several;
    if ((options.labels.calibrate == "off" && !several) || answers < kFewestAnswers || shape_.answers == Answers::ordered)
      return;
    ModelFile best = load_model(folder.model());
    json about = this->about();
    json& front = about["sequences"]["front"];
    Calibration found, whole;
    if (options.labels.calibrate != "off") found = whole = calibrate(*best.model, *valid, pool);
    const int64_t wholes = std::count_if(data_.valid_examples.begin(), data_.valid_examples.end(),
                                         [](const SequenceExample& e) { return e.whole >= 0; });
    const bool labelled = labels_wholes() && wholes >= kFewestAnswers;
    whole.temperature = 1;
    if (labelled) whole = calibrate(*best.model, *valid, pool, Calibrated::whole);
    if (found.temperature != 1 || whole.temperature != 1) {
      about["metrics"]["val_loss"] = whole.loss;
      front["temperature"] = found.temperature, front["calibrated"] = answers;
      if (labelled) front["whole_temperature"] = whole.temperature, front["whole_calibrated"] = wholes;
    }
    if (found.temperature == 1 && whole.temperature == 1 && !several) return;
    folder.keep_model();
    save_model(folder.model(), *best.model, tokenizer.get(), about);
    if (!several) return;
    ModelFile calibrated = load_model(folder.model());
    front["threshold"] = best_threshold(calibrated, data_.valid_examples, pool);
    save_model(folder.model(), *best.model, tokenizer.get(), about);
  }

  std::string advice() const override {
    return data_.train.kind == InputKind::text
               ? "counting words often wins where there are few texts: more of them help most"
               : "";
  }

  void write_card(const RunResult& result, const Model<float>& best) const {
    const RecurrentOptions& rnn = best.config().rnn;
    const std::string cell(cell_name(rnn.cell, rnn.flags));
    const std::vector<std::string>& files = data_.train.files;
    ModelCard card = folder.card(request, result, best, files.size() > kListedFiles ? std::vector<std::string>() : files);
    card.words = follows() ? kFollowCard : tags() ? kTagCard : kClassifyCard;
    card.summary =
        fmt::format("A recurrent model for the task {}: {} of {} with {} hidden units{}.", card.task,
                    counted(rnn.layers, "layer"), cell, units_text(rnn), rnn.bidirectional ? " in each direction" : "");
    card.tags = {cell, card.task};
    if (!shape_.labels.empty()) card.facts.push_back({"labels", std::to_string(shape_.labels.size())});
    if (labels_wholes()) card.facts.push_back({"labels of sentences", std::to_string(shape_.whole_labels.size())});
    card.limits = {"It was measured on examples like those it was trained on; results on others may differ."};
    folder.write_card(card);
  }

  std::string rnn_reads_on() const {
    return model->config().rnn.bidirectional ? ", which also sees those after it (--directions one: only those before)"
                                             : " from those up to it";
  }

  int64_t steps(const std::vector<SequenceExample>& examples) const {
    int64_t sum = 0;
    for (const SequenceExample& e : examples) sum += shape_.steps(e);
    return sum;
  }

  Plan plan(Pool& pool) const override {
    const TrainOptions& o = options.train;
    int longest = 0;
    for (const SequenceExample& e : data_.train_examples) longest = std::max(longest, shape_.steps(e));
    Plan plan;
    plan.add("data", fmt::format("{} · {} of at most {} for training, {} for validation ({})", files_text(request.data),
                                 counted(data_.train_examples.size(), "example"), counted(longest, "step"),
                                 grouped(std::ssize(data_.valid_examples)),
                                 request.valid.empty() ? data_.split : files_text(request.valid)));
    if (!data_.train.notes.empty()) plan.add("found", fmt::format("{}", fmt::join(data_.train.notes, "; ")));
    if (data_.shared > 0)
      plan.add("", fmt::format("{} of the validation also {} in training", counted(data_.shared, "input"),
                               word_for(data_.shared, "stands", "stand")));
    if (!data_.test.examples.empty())
      plan.add("test", fmt::format("fold {}: {}, read at the end", options.labels.fold,
                                   counted(std::ssize(data_.test.examples), follows() ? "series" : "example")));
    if (!data_.unseen.empty())
      plan.add("", fmt::format("training lacks {} of the validation: {}", counted(data_.unseen.size(), "label"),
                               data_.unseen[0]));
    if (!reading_.empty()) plan.add("reads", reading_ + (model->config().rnn.bidirectional ? "; in both directions" : ""));
    if (!vectors_text_.empty()) plan.add("vectors", vectors_text_);
    plan.add("labels", labels_text(shape_, data_.train_examples));
    if (labels_wholes()) plan.add("sentences", wholes_text(shape_, data_.train_examples));
    const ModelConfig& c = model->config();
    plan.add("answers", follows() ? fmt::format("every row{}", rnn_reads_on())
                        : tags()
                            ? fmt::format("every word{}{}", c.crf ? ", the tags of a sentence together (--crf)" : "",
                                          labels_wholes() ? "; the sentence, from the mean of all states" : "")
                            : fmt::format("{}, from {}", kAnswerWords[static_cast<size_t>(c.answers)],
                                          c.pool == Pooling::last        ? "the last state"
                                          : c.pool == Pooling::max       ? "the largest value of every unit"
                                          : c.pool == Pooling::attention ? "a mean of all states, weighted by what they are"
                                                                         : "the mean of all states"));
    plan_work(plan, counted(o.batch, "example"), steps(data_.train_examples), training_bytes(*model, o, longest), pool);
    return plan;
  }

  LabelData data_;
  SequenceShape shape_;
  std::string reading_, vectors_text_;
  json vectors_;  // the file that the embedding began with; null: none
  std::unique_ptr<ModelFile> start_;
};

}  // namespace

std::unique_ptr<Run> run_labels(const RunRequest& request) { return std::make_unique<LabelRun>(request); }

}  // namespace rnn::core
