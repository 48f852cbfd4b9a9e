// Why: a model file comes from anywhere: one of some hundred bytes may ask for terabytes, and is refused before it gets any.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "runs/run_record.h"
#include "support/allocations.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core::test {
namespace {

using nlohmann::json;

constexpr size_t kLittle = 1 << 20;  // bytes of one allocation

class HostileModel : public FolderTest {
 protected:
  // What loading ends in; it must not take much memory on the way.
  Failure refusal(const std::string& bytes) {
    const std::string file = write("hostile.safetensors", bytes);
    largest_allocation = 0;
    const Failure failure = failure_of([&] { load_model(file); });
#ifdef RNN_COUNT_ALLOCATIONS
    EXPECT_LT(largest_allocation.load(), kLittle) << failure.message;
#endif
    EXPECT_EQ(failure.exit, Exit::model) << failure.message;
    return failure;
  }
};

ModelConfig small_config() {
  ModelConfig config;
  config.task = "tag", config.output = 3;
  config.rnn.input = 2, config.rnn.hidden = 4;
  return config;
}

// A file of that model after `change` has been at its configuration; its tensors stay those of the small one.
std::string asking(const std::function<void(json&)>& change, ModelConfig config = small_config()) {
  const Model<float> model(config);
  json asked = config_to_json(config);
  change(asked);
  SafetensorsWriter writer;
  add_model(writer, model, nullptr, json::object());
  writer.set_metadata("rnn.config", asked.dump());
  return writer.finish();
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(HostileModel, ThatAsksForAHugeNetworkIsRefusedByItsShapes) {
  EXPECT_EQ(failure_of([&] { load_model(write("as_it_is.safetensors", asking([](json&) {}))); }).code, "none");
  struct Case {
    const char* key;
    int64_t value;
    const char *has, *expected;
  };
  for (const Case& c : {Case{"hidden", 65536, "16x2", "262144x2"}, Case{"input", 65536, "16x2", "16x65536"},
                        Case{"output", 1 << 24, "3x4", "16777216x4"}}) {
    const Failure failure = refusal(asking([&](json& j) { j[c.key] = c.value; }));
    EXPECT_EQ(failure.code, "model/shape");
    EXPECT_TRUE(says(failure.message, c.has) && says(failure.message, c.expected)) << failure.message;
  }
  // 2^24 words of 65536 numbers are 4 TiB, which no machine has; 64 layers of 4096 units, 34 GB, one may have.
  const Failure words = refusal(asking([](json& j) { j["vocabulary"] = 1 << 24, j["input"] = 65536; }));
  EXPECT_EQ(words.code, "model/tensor");
  EXPECT_EQ(refusal(asking([](json& j) { j["layers"] = 64, j["hidden"] = 4096; })).code, "model/shape");
  EXPECT_EQ(refusal(asking([](json& j) { j["layers"] = 64; })).code, "model/tensor");
  EXPECT_EQ(refusal(asking([](json& j) { j["bidirectional"] = true, j["hidden"] = 65536; })).code, "model/shape");
}

TEST_F(HostileModel, ThatAsksForAHugeTranslatorIsRefused) {
  ModelConfig config;
  config.task = "translate", config.vocabulary = 5;
  config.rnn.input = config.rnn.hidden = 4;
  config.encoder.rnn.layers = 1, config.encoder.rnn.hidden = 4;
  config.encoder.attention = AttentionKind::additive, config.encoder.attention_size = 4;
  config.encoder.bridge = BridgeKind::dense;
  config.encoder.rnn.input = 4;
  config.encoder.match(config.rnn);
  const auto asked = [&](const char* key, int value) {
    return refusal(asking([&](json& j) { j["encoder"][key] = value; }, config));
  };
  EXPECT_EQ(asked("hidden", 65536).code, "model/shape");
  EXPECT_EQ(asked("attention_size", 65536).code, "model/shape");
  EXPECT_EQ(asked("layers", 64).code, "model/tensor");
  EXPECT_EQ(asked("layers", 1000000000).code, "model/corrupt");
}

TEST_F(HostileModel, NumbersBeyondTheirRangeAreNotCutDown) {
  const int64_t beyond = (int64_t{1} << 32) + 4;  // 4 in 32 bits: as if nothing were wrong
  for (const char* key : {"hidden", "layers", "vocabulary", "output"}) {
    EXPECT_EQ(refusal(asking([&](json& j) { j[key] = int64_t{1} << 30; })).code, "model/corrupt") << key;
    EXPECT_EQ(refusal(asking([&](json& j) { j[key] = beyond + (j[key].get<int64_t>() - 4); })).code, "model/corrupt") << key;
    EXPECT_EQ(refusal(asking([&](json& j) { j[key] = j[key].get<int>() + 0.5; })).code, "model/corrupt") << key;
    EXPECT_EQ(refusal(asking([&](json& j) { j[key] = -j[key].get<int>() - 1; })).code, "model/corrupt") << key;
  }
  EXPECT_EQ(refusal(asking([&](json& j) { j["layers"] = true; })).code, "model/corrupt");
}

TEST_F(HostileModel, ClustersWithoutEndAreRefused) {
  ModelConfig config;
  config.vocabulary = 5, config.rnn.input = config.rnn.hidden = 4;
  const Failure failure = refusal(asking(
      [](json& j) {
        std::vector<int> cutoffs;
        for (int i = 1; i < 100; ++i) cutoffs.push_back(i);
        j["vocabulary"] = 1 << 24, j["softmax"] = "adaptive", j["softmax_divide"] = 1.0, j["cutoffs"] = cutoffs;
      },
      config));
  EXPECT_EQ(failure.code, "model/corrupt");
  EXPECT_TRUE(says(failure.message, "99 cutoffs") && says(failure.message, "64")) << failure.message;
}

// A state dict whose first layer is small and whose others are empty: 64 layers of the first one's size would follow from it.
TEST_F(HostileModel, BareStateDictsAreComparedFirst) {
  SafetensorsWriter writer;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
    size_t bytes = sizeof(float);
    for (const int64_t n : shape) bytes *= static_cast<size_t>(n);
    writer.add(name, "F32", std::move(shape), std::string(bytes, '\0'));
  };
  add("weight_ih_l0", {256, 3}), add("weight_hh_l0", {256, 256}), add("bias_ih_l0", {256}), add("bias_hh_l0", {256});
  for (int layer = 1; layer < 64; ++layer) add("weight_ih_l" + std::to_string(layer), {0});
  const Failure failure = refusal(writer.finish());
  EXPECT_EQ(failure.code, "model/shape");
  EXPECT_TRUE(says(failure.message, "weight_ih_l1") && says(failure.message, "256x256")) << failure.message;
  SafetensorsWriter wide;  // 2^32 + 3 inputs of no rows
  wide.add("weight_ih_l0", "F32", {0, (int64_t{1} << 32) + 3}, "");
  wide.add("weight_hh_l0", "F32", {0, 4}, "");
  wide.add("bias_ih_l0", "F32", {0}, "");
  EXPECT_EQ(refusal(wide.finish()).code, "model/shape");
}

// Reading, copying and printing JSON goes down level by level: half a million of them would end the stack.
TEST_F(HostileModel, DeepMetadataIsRefused) {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  const auto with = [&](const char* key, const std::string& value) {
    SafetensorsWriter writer;
    const Model<float> model(small_config());
    add_model(writer, model, nullptr, json::object());
    writer.set_metadata(key, value);
    return writer.finish();
  };
  EXPECT_EQ(failure_of([&] { load_model(write("level.safetensors", with("rnn.about", nested(20)))); }).code, "none");
  for (const char* key : {"rnn.about", "rnn.tokenizer", "rnn.checkpoint", "rnn.config"}) {
    const std::string file = write("deep.safetensors", with(key, nested(500000)));
    const Failure failure = failure_of([&] { load_model(file); });
    EXPECT_EQ(failure.code, "model/corrupt") << key;
    EXPECT_EQ(failure.exit, Exit::model);
    EXPECT_TRUE(says(failure.message, key)) << failure.message;
  }
}

// What rnn compare reads of a run's model.
TEST_F(HostileModel, TheHeadOfARunIsReadWithCare) {
  write("run/metrics.jsonl", "{\"type\":\"start\"}\n");
  const auto record = [&](const std::string& bytes) {
    write("run/model.safetensors", bytes);
    largest_allocation = 0;
    const RunRecord run = read_run_record(path("run"));
#ifdef RNN_COUNT_ALLOCATIONS
    EXPECT_LT(largest_allocation.load(), 16 * kLittle);
#endif
    return run;
  };
  const uint64_t announced = 100'000'000;  // bytes of head, of which none is there
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &announced, sizeof announced);
  EXPECT_TRUE(says(record(bytes).problem, "cannot be read"));
  const auto with_head = [](const std::string& head) {
    std::string file(8, '\0');
    const uint64_t size = head.size();
    std::memcpy(file.data(), &size, sizeof size);
    return file + head;
  };
  const std::string big = "9223372036854775807";
  EXPECT_EQ(record(with_head(R"({"w":{"shape":[)" + big + "," + big + "]}}")).parameters, std::nullopt);
  EXPECT_EQ(record(with_head(R"({"w":{"shape":[3,4]},"v":{"shape":[]}})")).parameters, 13);
  record(with_head(R"({"__metadata__":)" + std::string(500000, '[') + std::string(500000, ']') + "}"));
}

}  // namespace
}  // namespace rnn::core::test
