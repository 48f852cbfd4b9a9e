// Why: the files of a run folder and how they are written; an existing run is overwritten only on request.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "networks/model.h"
#include "options/option_list.h"
#include "runs/model_card.h"
#include "runs/request.h"
#include "runs/run_data.h"

namespace rnn::core {

// "512", "512 (last layer 128)".
std::string units_text(const RecurrentOptions& rnn);

class RunLock;

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string model() const { return file("model.safetensors"); }
  std::string checkpoint() const { return file("last.ckpt.safetensors"); }
  // The best model according to the checkpoint, while model.safetensors is a better one found by the last validation at a
  // stop, or one that was calibrated in the end.
  std::string kept() const { return file("best.ckpt.safetensors"); }

  // Makes the folder and locks it. Throws Error{usage}: "run/exists" if it holds a run, "run/files" if it has a file of the user under
  // a name that a run writes, both only if force is false, and "run/locked"; Error{internal, "io/write"} if the folder cannot be
  // created. With force the files of a run are removed, nothing else. A README.md of the user stays: the card is MODEL_CARD.md then.
  void create(bool force);
  // No other run writes into the folder while this object, or a copy of it, lives. Removes half files that killed runs left there. Throws
  // what RunLock() throws.
  void lock();
  // Whether a run writes into the folder, or was killed while it did.
  bool has_lock() const;
  // Copies model.safetensors, if it exists, to kept(), unless something is kept; moves it back.
  void keep_model() const;
  void bring_back_model() const;
  // metrics.jsonl, metrics.csv, train.log, TensorBoard.
  void add_sinks(EventStream& events, bool resume) const;
  void write_config(const Options& options, const DataPaths& data) const;
  void write_data(const RunText& text, int64_t train_tokens, int64_t valid_tokens, int64_t valid_unknown) const;
  void write_data(const nlohmann::json& data) const;
  // What every card contains about a run on these files; the task adds its words.
  ModelCard card(const RunRequest& request, const RunResult& result, const Model<float>& model,
                 const std::vector<std::string>& files) const;
  void write_card(const ModelCard& card) const;

 private:
  std::string path_;
  std::shared_ptr<RunLock> lock_;
};

}  // namespace rnn::core
