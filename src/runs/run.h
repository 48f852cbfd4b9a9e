// Why: a training run is the same sequence of steps for every task; the task defines data, model, batches and result rows.
#pragma once

#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/json_value.h"
#include "io/model_file.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "runs/config_options.h"
#include "runs/request.h"
#include "runs/run_folder.h"

namespace rnn::core {

// One run, new or resumed, and everything with its lifetime.
class Run {
 public:
  explicit Run(const RunRequest& r)
      : request(r), options{r.model, r.options, r.series, r.speech, r.labels}, folder(r.folder) {}
  virtual ~Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  RunResult begin(EventStream& events, const RunHooks& hooks);
  // `file`: the checkpoint; `hash`: of the run's original data; `mode`: as decided when the run began.
  RunResult resume(ModelFile file, const std::string& hash, const std::string& mode, EventStream& events,
                   const RunHooks& hooks);

 protected:
  virtual void read() = 0;   // the data
  virtual void decide() {}   // of a new run: defaults of options that were not given
  virtual void build() = 0;  // the model and what belongs to it, new or from request.init_from
  // In steps, how long the model must remember: that of sequences answered at their end; 0: that is not known.
  virtual int reach() const { return 0; }
  // One text without an end, whose state is carried on: there a gate that starts open slows the first epochs (docs/long_memory.md).
  virtual bool runs_on() const { return false; }
  virtual void restore(ModelFile& file,
                       const std::string& mode) = 0;  // the same from a checkpoint; the model has already been taken
  virtual void batch() = 0;                           // train, valid
  virtual const std::string& hash() const = 0;
  virtual nlohmann::json about_data() const = 0;     // task and data, as recorded in the model file
  virtual void write_files(bool resumed) const = 0;  // config.toml, data.json
  virtual Plan plan(Pool& pool) const = 0;
  virtual nlohmann::json metrics(const TrainProgress& best) const = 0;  // metrics of the best model, for its file
  virtual std::string sample(const Trainer& trainer) const;  // for the log; empty unless the task has something to show
  virtual std::string mode_name() const { return {}; }
  virtual double judge() { return 0; }  // BLEU of the current model, for --best-by bleu; only of translators
  // After training: rows of the best model and of the baselines, the card; adds to the metrics of the result event.
  virtual void report(RunResult& result, const TrainProgress& best, nlohmann::json& metrics) = 0;
  virtual std::string advice() const { return {}; }  // what helps where a baseline is better: "more pairs help most"

  nlohmann::json about() const;
  // The last lines of every plan: model, train, cost, run. batch: a description of a batch; steps: of an epoch; bytes: training_bytes().
  void plan_work(Plan& plan, const std::string& batch, int64_t steps, int64_t bytes, Pool& pool) const;
  // Whether the option was given explicitly: what was not may have a default of the task.
  bool given(std::string_view name) const { return request.was_given(name); }
  // For tasks whose validation and test data are one file each.
  std::string valid_file() const { return only_file(request.valid, "--valid"); }
  std::string test_file() const { return only_file(request.test, "--test"); }

  RunRequest request;
  Options options;
  RunFolder folder;
  std::unique_ptr<Tokenizer> tokenizer;  // null: the task has none
  std::unique_ptr<Model<float>> model;
  std::unique_ptr<Batcher> train, valid;
  ByteRate byte_rate;  // of the validation text

 private:
  void choose_gates();
  void choose_selection();
  void add_watch(EventStream& events, bool resumed) const;
  RunResult go(EventStream& events, const RunHooks& hooks, const ModelFile* resumed);
  TrainResult train_model(EventStream& events, const RunHooks& hooks, const ModelFile* resumed, Pool& pool);
  RunResult finish(const TrainResult& trained, EventStream& events);
  void write_best(const Trainer& trainer);
  nlohmann::json request_json() const;

  JsonValue best_metrics_;
};

// Adds the figures of a row, or those of `which` that it has, to the metrics of a run: "PREFIX_KEY".
void add_metrics(const std::string& prefix, const ResultRow& row, nlohmann::json& metrics,
                 std::initializer_list<const Figure*> which = {});
// With U+FFFD where a text is not UTF-8, for what is written into a model file.
nlohmann::json readable(nlohmann::json value);
// New weights from the initialisation and seed of the options.
void initialise_by(const Options& options, Model<float>& model);
// The weights of a model to start from, with the regularisation that request.given asks for; tokenizer: null if the task has
// none. Afterwards the options describe the model. Throws Error{usage, "usage/init_from"} if an option asks for another
// shape or tokenizer.
std::unique_ptr<Model<float>> start_from(std::unique_ptr<Model<float>> start, const RunRequest& request,
                                         const Tokenizer* tokenizer, ModelOptions* options);

}  // namespace rnn::core
