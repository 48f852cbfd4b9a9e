// Why: a saved model is the model that is loaded, bit for bit; any other file is refused with code, place and help.
#include "io/model_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/file.h"
#include "io/safetensors.h"
#include "networks/init.h"

namespace rnn::core {
namespace {

constexpr const char* kText = "she sells sea shells\nby the sea shore\n";

std::unique_ptr<Tokenizer> tokenizer() { return build_tokenizer("char", {kText}); }

std::unique_ptr<Model<float>> language_model(CellKind cell, int vocabulary, bool tied = false) {
  ModelConfig config{"language-model", {}, vocabulary, tied, 0.25};
  config.rnn.cell = cell, config.rnn.input = config.rnn.hidden = 10, config.rnn.layers = 2, config.rnn.dropout = 0.125;
  auto model = std::make_unique<Model<float>>(config);
  initialise(*model, {}, 11);
  return model;
}

std::string sample_bytes() {
  return format_model(*language_model(CellKind::lstm, tokenizer()->size()), tokenizer().get(), {{"a", 1}});
}

ModelFile load_bytes(const std::string& bytes) {
  std::ofstream("model_file_test.safetensors", std::ios::binary) << bytes;
  return load_model("model_file_test.safetensors");
}

// The same file after `change` has been at its tensors and metadata.
struct Parts {
  std::map<std::string, std::string> metadata;
  std::vector<std::string> names;
  std::map<std::string, std::pair<std::vector<int64_t>, std::vector<float>>> tensors;
};
std::string rewrite(const std::function<void(Parts&)>& change) {
  const Safetensors file = Safetensors::parse(sample_bytes(), "sample");
  Parts parts{file.metadata(), file.names(), {}};
  for (const auto& name : parts.names) parts.tensors[name] = {file.shape(name), file.floats(name)};
  change(parts);
  SafetensorsWriter writer;
  for (const auto& [key, value] : parts.metadata) writer.set_metadata(key, value);
  for (const auto& name : parts.names) writer.add_floats(name, parts.tensors.at(name).first, parts.tensors.at(name).second);
  return writer.finish();
}

// The Error that loading ends in, which must be one of the class `model`.
struct Refusal {
  std::string code, message, help;
};
Refusal refusal(const std::string& bytes) {
  try {
    load_bytes(bytes);
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::model) << e.what();
    return {e.code(), e.what(), e.help()};
  }
  return {"accepted", "", ""};
}
bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ModelFile, RoundTripIsBitEqual) {
  const auto words = tokenizer();
  for (const CellKind cell : {CellKind::elman, CellKind::lstm, CellKind::gru, CellKind::gru_reset_before}) {
    for (const bool tied : {false, true}) {
      const auto model = language_model(cell, words->size(), tied);
      const std::string bytes = format_model(*model, words.get(), {{"metrics", {{"loss", 1.5}}}});
      EXPECT_EQ(bytes, format_model(*model, words.get(), {{"metrics", {{"loss", 1.5}}}}));
      const ModelFile file = load_bytes(bytes);
      EXPECT_EQ(config_to_json(file.model->config()), config_to_json(model->config()));
      ASSERT_EQ(file.model->params().size(), model->params().size());
      EXPECT_EQ(std::memcmp(file.model->params().data(), model->params().data(), model->params().size() * sizeof(float)), 0);
      EXPECT_EQ(file.about.at("metrics").at("loss"), 1.5);
      EXPECT_TRUE(file.checkpoint.is_null());
      ASSERT_NE(file.tokenizer, nullptr);
      EXPECT_EQ(file.tokenizer->encode(kText), words->encode(kText));
      EXPECT_EQ(format_model(*file.model, file.tokenizer.get(), file.about), bytes) << "saved again: the same file";
    }
  }
}

TEST(ModelFile, EveryOptionOfAModelComesBack) {
  ModelConfig config{"recurrent", {}, 0, false, 0};
  config.rnn.cell = CellKind::lstm, config.rnn.flags = kPeephole, config.rnn.input = 3, config.rnn.hidden = 9;
  config.rnn.projection = 4, config.rnn.bidirectional = true, config.rnn.layers = 2, config.rnn.dropout = 0.5;
  Model<float> model(config);
  initialise(model, {}, 5);
  const ModelFile file = load_bytes(format_model(model, nullptr, {}));
  EXPECT_EQ(config_to_json(file.model->config()), config_to_json(config));
  EXPECT_EQ(std::memcmp(file.model->params().data(), model.params().data(), model.params().size() * sizeof(float)), 0);
  EXPECT_EQ(file.tokenizer, nullptr);

  config.rnn.projection = 0, config.rnn.last_hidden = 5;
  EXPECT_EQ(config_to_json(load_bytes(format_model(Model<float>(config), nullptr, {})).model->config()),
            config_to_json(config));
}

TEST(ModelFile, NamesAndShapesAreTorchs) {
  const Safetensors file = Safetensors::parse(sample_bytes(), "sample");
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.metadata().at("rnn.format"), std::to_string(kModelFormat));
  const int64_t pieces = tokenizer()->size();
  const std::map<std::string, std::vector<int64_t>> expected{
      {"embedding.weight", {pieces, 10}}, {"rnn.weight_ih_l0", {40, 10}}, {"rnn.weight_hh_l0", {40, 10}},
      {"rnn.bias_ih_l0", {40}},           {"rnn.bias_hh_l0", {40}},       {"rnn.weight_ih_l1", {40, 10}},
      {"rnn.weight_hh_l1", {40, 10}},     {"rnn.bias_ih_l1", {40}},       {"rnn.bias_hh_l1", {40}},
      {"output.weight", {pieces, 10}},    {"output.bias", {pieces}}};
  EXPECT_EQ(file.names().size(), expected.size());
  for (const auto& [name, shape] : expected) EXPECT_EQ(file.shape(name), shape) << name;
}

TEST(ModelFile, AnyCutIsTruncated) {
  const std::string whole = sample_bytes();
  for (const size_t length : {size_t{0}, size_t{7}, size_t{8}, size_t{100}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(refusal(whole.substr(0, length)).code, "model/truncated") << length;
  }
  EXPECT_EQ(refusal(whole + "x").code, "model/corrupt");
}

// One flipped bit in the header: never a crash, never a foreign class of error. Bits of values inside strings may pass.
TEST(ModelFile, FlippedHeaderBitsAreRefused) {
  const std::string whole = sample_bytes();
  uint64_t header = 0;
  std::memcpy(&header, whole.data(), 8);
  int refused = 0, tried = 0;
  for (size_t at = 0; at < 8 + header; at += 3, ++tried) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ (1 << at % 7));
    refused += refusal(broken).code != "accepted" ? 1 : 0;
  }
  EXPECT_GT(refused, tried / 2) << tried;
  std::string broken = whole;
  broken[8] = '[';
  EXPECT_EQ(refusal(broken).code, "model/corrupt");
}

TEST(ModelFile, ANewerFormatNamesItsVersion) {
  const Refusal r = refusal(rewrite([](Parts& p) {
    p.metadata["rnn.format"] = std::to_string(kModelFormat + 1);
    p.metadata["rnn.version"] = "9.8.7";
  }));
  EXPECT_EQ(r.code, "model/newer");
  EXPECT_TRUE(says(r.message, "format 2")) << r.message;
  EXPECT_TRUE(says(r.help, "9.8.7")) << r.help;
  for (const char* format : {"0", "-1", "one", ""}) {
    EXPECT_EQ(refusal(rewrite([&](Parts& p) { p.metadata["rnn.format"] = format; })).code, "model/corrupt") << format;
  }
}

TEST(ModelFile, TensorsMustBeExactlyThese) {
  Refusal r = refusal(rewrite([](Parts& p) { std::erase(p.names, "rnn.bias_hh_l1"); }));
  EXPECT_EQ(r.code, "model/tensor");
  EXPECT_TRUE(says(r.message, "rnn.bias_hh_l1")) << r.message;

  r = refusal(rewrite([](Parts& p) {
    p.names.push_back("rnn.weight_ih_l2");
    p.tensors["rnn.weight_ih_l2"] = {{1}, {0.f}};
  }));
  EXPECT_EQ(r.code, "model/tensor");
  EXPECT_TRUE(says(r.message, "rnn.weight_ih_l2")) << r.message;

  r = refusal(rewrite([](Parts& p) {  // what only a checkpoint may hold
    p.names.push_back("checkpoint.adam");
    p.tensors["checkpoint.adam"] = {{1}, {0.f}};
  }));
  EXPECT_EQ(r.code, "model/tensor");
}

TEST(ModelFile, AWrongShapeIsNamedWithBothShapes) {
  const Refusal r = refusal(rewrite([](Parts& p) { p.tensors["rnn.weight_hh_l0"] = {{30, 10}, std::vector<float>(300)}; }));
  EXPECT_EQ(r.code, "model/shape");
  EXPECT_TRUE(says(r.message, "30x10") && says(r.message, "40x10") && says(r.message, "rnn.weight_hh_l0")) << r.message;
  // As many numbers, laid out otherwise, is wrong too.
  EXPECT_EQ(refusal(rewrite([](Parts& p) { p.tensors["rnn.weight_hh_l0"].first = {10, 40}; })).code, "model/shape");
  EXPECT_EQ(refusal(rewrite([](Parts& p) { p.tensors["rnn.bias_ih_l0"].first = {1, 40}; })).code, "model/shape");
}

TEST(ModelFile, AnImpossibleConfigurationIsCorrupt) {
  const auto changed = [](const char* key, const nlohmann::json& value) {
    return refusal(rewrite([&](Parts& p) {
      auto config = nlohmann::json::parse(p.metadata.at("rnn.config"));
      config[key] = value;
      p.metadata["rnn.config"] = config.dump();
    }));
  };
  EXPECT_EQ(changed("cell", "transformer").code, "model/corrupt");
  EXPECT_EQ(changed("hidden", -4).code, "model/corrupt");
  EXPECT_EQ(changed("hidden", "ten").code, "model/corrupt");
  EXPECT_EQ(changed("layers", 1 << 30).code, "model/corrupt");
  EXPECT_EQ(changed("bidirectional", true).code, "model/corrupt");
  EXPECT_EQ(changed("task", "detect").code, "model/task");
  EXPECT_EQ(changed("layers", 3).code, "model/tensor");
  EXPECT_EQ(changed("layers", 1).code, "model/tensor");
  EXPECT_EQ(changed("vocabulary", 5).code, "model/shape");
  EXPECT_EQ(refusal(rewrite([](Parts& p) { p.metadata.erase("rnn.config"); })).code, "model/corrupt");
  EXPECT_EQ(refusal(rewrite([](Parts& p) { p.metadata["rnn.config"] = "{"; })).code, "model/corrupt");
  EXPECT_EQ(refusal(rewrite([](Parts& p) { p.metadata.erase("rnn.tokenizer"); })).code, "model/tokenizer");
  EXPECT_EQ(refusal(rewrite([](Parts& p) {
              p.metadata["rnn.tokenizer"] = build_tokenizer("char", {"abc"})->to_json().dump();
            })).code,
            "model/tokenizer");
}

// A bare state dict: a torch.nn module's own tensors and nothing else.
std::string bare(const std::vector<std::pair<std::string, std::vector<int64_t>>>& tensors) {
  SafetensorsWriter writer;
  for (const auto& [name, shape] : tensors) {
    size_t size = sizeof(float);
    for (const int64_t n : shape) size *= static_cast<size_t>(n);
    writer.add(name, "F32", shape, std::string(size, '\0'));
  }
  return writer.finish();
}

TEST(ModelFile, BareStateDictsAreReadByTheirShapes) {
  const auto gru = [](int64_t gates) {
    return bare({{"weight_ih_l0", {gates * 4, 3}},
                 {"weight_hh_l0", {gates * 4, 4}},
                 {"bias_ih_l0", {gates * 4}},
                 {"bias_hh_l0", {gates * 4}}});
  };
  EXPECT_EQ(load_bytes(gru(1)).model->config().rnn.cell, CellKind::elman);
  EXPECT_EQ(load_bytes(gru(3)).model->config().rnn.cell, CellKind::gru);
  EXPECT_EQ(load_bytes(gru(4)).model->config().rnn.cell, CellKind::lstm);
  EXPECT_EQ(refusal(gru(2)).code, "model/shape");
  EXPECT_EQ(refusal(bare({{"conv.weight", {3, 3}}})).code, "model/task");
  EXPECT_EQ(refusal(bare({{"weight_ih_l0", {12, 3}}, {"weight_hh_l0", {12, 4}}})).code, "model/tensor") << "no biases";
  EXPECT_EQ(
      refusal(bare({{"weight_ih_l0", {12, 3}}, {"weight_hh_l0", {12, 4}}, {"bias_ih_l0", {12}}, {"bias_hh_l0", {11}}})).code,
      "model/shape");
  EXPECT_EQ(refusal(bare({{"weight_ih_l0", {12, 3}},
                          {"weight_hh_l0", {12, 4}},
                          {"bias_ih_l0", {12}},
                          {"bias_hh_l0", {12}},
                          {"linear.weight", {2, 4}}}))
                .code,
            "model/tensor")
      << "a tensor that nothing uses";
  EXPECT_EQ(
      refusal(bare({{"weight_ih_l0", {0, 3}}, {"weight_hh_l0", {0, 4}}, {"bias_ih_l0", {0}}, {"bias_hh_l0", {0}}})).code,
      "model/shape");
  EXPECT_EQ(
      refusal(bare({{"weight_ih_l0", {12, 0}}, {"weight_hh_l0", {12, 4}}, {"bias_ih_l0", {12}}, {"bias_hh_l0", {12}}})).code,
      "model/shape");
  // A projection of an LSTM whose rows are no four gates, and one wider than the LSTM.
  EXPECT_EQ(refusal(bare({{"weight_ih_l0", {10, 3}},
                          {"weight_hh_l0", {10, 2}},
                          {"bias_ih_l0", {10}},
                          {"bias_hh_l0", {10}},
                          {"weight_hr_l0", {2, 2}}}))
                .code,
            "model/shape");
  EXPECT_EQ(refusal(bare({{"weight_ih_l0", {8, 3}},
                          {"weight_hh_l0", {8, 5}},
                          {"bias_ih_l0", {8}},
                          {"bias_hh_l0", {8}},
                          {"weight_hr_l0", {5, 2}}}))
                .code,
            "model/shape");
}

TEST(ModelFile, FolderAndMissingFile) {
  std::filesystem::create_directories("model_file_test_run");
  std::filesystem::remove("model_file_test_run/model.safetensors");
  const auto code = [](const std::string& path) {
    try {
      load_model(path);
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::model);
      EXPECT_TRUE(says(e.what(), path)) << e.what();
      return e.code();
    }
    return std::string("loaded");
  };
  EXPECT_EQ(code("model_file_test_run"), "model/missing");
  EXPECT_EQ(code("model_file_test_none.safetensors"), "model/missing");
  write_file_atomic("model_file_test_run/model.safetensors", sample_bytes());
  EXPECT_EQ(load_model("model_file_test_run").path, "model_file_test_run/model.safetensors");
}

}  // namespace
}  // namespace rnn::core
