// Why: what turns bytes into a network's numbers is read from the model file here, apart from the network: programs without text link none
// of it.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/model_file.h"

namespace rnn::core {

void open_front(ModelFile& file) {
  if (!file.unopened_tokenizer.is_null()) file.tokenizer = tokenizer_from_json(file.unopened_tokenizer.get());
  file.unopened_tokenizer = JsonValue();
  if (!file.model->writes_text()) return;
  if (!file.tokenizer) throw Error(Exit::model, "model/tokenizer", file.path + " writes text, but has no tokenizer");
  const int vocabulary = file.model->config().vocabulary;
  if (file.tokenizer->size() == vocabulary) return;
  throw Error(Exit::model, "model/tokenizer",
              file.path + ": the tokenizer has " + std::to_string(file.tokenizer->size()) + " pieces, but the model has " +
                  std::to_string(vocabulary));
}

ModelFile parse_model(std::string bytes, const std::string& path) {
  ModelFile file = parse_network(std::move(bytes), path);
  open_front(file);
  return file;
}

ModelFile load_model(const std::string& path) {
  const std::string file = model_path(path);
  return parse_model(read_model_bytes(file), file);
}

}  // namespace rnn::core
