// Why: a training run is the same sequence of steps for every task; a task says what data, model, batches and rows are.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "io/model_file.h"
#include "options/option_list.h"
#include "runs/request.h"
#include "runs/run_folder.h"

namespace rnn::core {

// One run, fresh or resumed: everything that lives as long as it.
class Run {
 public:
  explicit Run(const RunRequest& r) : request(r), options{r.model, r.options}, folder(r.folder) {}
  virtual ~Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  RunResult begin(EventStream& events, const RunHooks& hooks);
  // `file`: the checkpoint; `hash`: of the data the run began with; `mode`: what was decided then.
  RunResult resume(ModelFile file, const std::string& hash, const std::string& mode, EventStream& events,
                   const RunHooks& hooks);

 protected:
  virtual void read() = 0;   // the data
  virtual void build() = 0;  // what belongs to the model, and the model, new or from request.init_from
  virtual void restore(ModelFile& file,
                       const std::string& mode) = 0;  // the same from a checkpoint; the model is taken already
  virtual void batch() = 0;                           // train, valid
  virtual const std::string& hash() const = 0;
  virtual nlohmann::json about_data() const = 0;     // what the model file says about task and data
  virtual void write_files(bool resumed) const = 0;  // config.toml, data.json
  virtual Plan plan(Pool& pool) const = 0;
  virtual nlohmann::json metrics(const TrainProgress& best) const = 0;  // of the best model, for its file
  virtual std::string sample(const Trainer& trainer) const;  // for the log; nothing unless a task has something to show
  virtual std::string mode_name() const { return {}; }
  virtual double judge();  // the figure of --best-by of the model as it is, the higher the better
  // After training: rows of the best model and of what costs nothing, the card; adds to the metrics of the result event.
  virtual void report(RunResult& result, const TrainProgress& best, nlohmann::json& metrics) = 0;

  nlohmann::json about() const;
  // For tasks whose validation and test data are one file each.
  std::string valid_file() const { return only_file(request.valid, "--valid"); }
  std::string test_file() const { return only_file(request.test, "--test"); }

  RunRequest request;
  Options options;
  RunFolder folder;
  std::unique_ptr<Tokenizer> tokenizer;  // null: the task has none
  std::unique_ptr<Model<float>> model;
  std::unique_ptr<Batcher> train, valid;
  double bits_factor = 0;  // bits per byte = factor * loss; 0: not defined

 private:
  void add_watch(EventStream& events, bool resumed) const;
  RunResult go(EventStream& events, const RunHooks& hooks, const ModelFile* resumed);
  TrainResult train_model(EventStream& events, const RunHooks& hooks, const ModelFile* resumed, Pool& pool);
  RunResult finish(const TrainResult& trained, EventStream& events);
  void write_best(const Trainer& trainer);
  nlohmann::json request_json() const;

  nlohmann::json best_metrics_;
};

// What ModelOptions say about the recurrent stack; the task fills in the ends.
ModelConfig model_config(const ModelOptions& options);
// New weights by the options' initialisation and seed.
void initialise_by(const Options& options, Model<float>& model);
// What options say about dropping and noise, which a model may change without being another one.
void regularise_by(const ModelOptions& options, ModelConfig* config);
// The weights of a model to start from, with the regularisation that request.given asks for; tokenizer: null where the task has none.
// The options then say what the model is. Throws Error{usage, "usage/init_from"}: an option asks for another shape or tokenizer.
std::unique_ptr<Model<float>> start_from(std::unique_ptr<Model<float>> start, const RunRequest& request,
                                         const Tokenizer* tokenizer, ModelOptions* options);

}  // namespace rnn::core
