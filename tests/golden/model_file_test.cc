// Why: state dicts that PyTorch users saved run here as they ran there, and files written here run in PyTorch.
#include "io/model_file.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/rng.h"
#include "golden/golden.h"
#include "golden/tolerances.h"
#include "networks/init.h"

namespace rnn::core::test {
namespace {

// x [B, T, I] of a model for task "recurrent" -> y [B, T, output], whole sequences at once.
std::vector<float> outputs(Model<float>& model, const std::vector<float>& x, int streams, int steps) {
  Pool pool(1);
  model.pack(pool, false);
  Arena arena;
  Context<float> context{pool, arena};
  const int input = model.config().rnn.input, output = model.outputs();
  Matrix<float> rows(streams * steps, input);
  for (int b = 0; b < streams; ++b) {
    for (int t = 0; t < steps; ++t)
      std::copy_n(x.data() + static_cast<size_t>(b * steps + t) * input, input, rows.row(t * streams + b));
  }
  State<float> state = model.initial(streams);
  const View<float> y = model.forward_frames(context, Seq::uniform_batch(streams, steps), rows.view(), state, nullptr);
  std::vector<float> result(static_cast<size_t>(streams) * steps * output);
  for (int b = 0; b < streams; ++b) {
    for (int t = 0; t < steps; ++t)
      std::copy_n(host(y).row(t * streams + b), output, result.data() + static_cast<size_t>(b * steps + t) * output);
  }
  return result;
}

TEST(ModelFile, BareStateDictsGiveTorchsOutputs) {
  const GoldenFile file("bare.safetensors");
  ASSERT_EQ(file.cases().size(), 5u);
  Worst worst;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    const ModelFile loaded = load_model(golden_path(c.name + ".safetensors"));
    const RecurrentOptions expected = recurrent_options(c), &read = loaded.model->config().rnn;
    EXPECT_EQ(loaded.model->config().task, "recurrent");
    EXPECT_EQ(loaded.tokenizer, nullptr);
    EXPECT_TRUE(loaded.checkpoint.is_null());
    EXPECT_EQ(read.cell, expected.cell);
    EXPECT_EQ(read.input, expected.input);
    EXPECT_EQ(read.hidden, expected.hidden);
    EXPECT_EQ(read.layers, expected.layers);
    EXPECT_EQ(read.projection, expected.projection);
    EXPECT_EQ(read.bidirectional, expected.bidirectional);
    const auto shape = c.shape("x");
    const std::vector<float> y =
        outputs(*loaded.model, c.tensor("x"), static_cast<int>(shape[0]), static_cast<int>(shape[1]));
    worst.see(c.name, relative_error(y, c.tensor("y")), kGoldenForward);
  }
  worst.record("bare");
}

// Writes NAME.safetensors with format_model(), and NAME.expected.safetensors with token ids [T, B] and logits [T, B, K].
void write_for_torch(const std::string& name, RecurrentOptions rnn, bool tied) {
  const auto tokenizer = build_tokenizer("char", {"the quick brown fox jumps over the lazy dog\n"});
  Model<float> model({"language-model", rnn, tokenizer->size(), tied, 0});
  initialise(model, {}, 7);
  write_file_atomic(name + ".safetensors", format_model(model, tokenizer.get(), {{"note", "interop"}}));

  const int steps = 9, streams = 3, classes = tokenizer->size();
  Random random(3, Purpose::test);
  std::vector<int32_t> ids(static_cast<size_t>(steps) * streams);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(static_cast<uint32_t>(classes)));
  Pool pool(1);
  model.pack(pool, false);
  Arena arena;
  Context<float> context{pool, arena};
  State<float> state = model.initial(streams);
  const View<float> logits = model.forward(context, Seq::uniform_batch(streams, steps), ids.data(), state, nullptr);
  SafetensorsWriter writer;
  const std::vector<float> ids_as_floats(ids.begin(), ids.end());
  writer.add_floats("ids", {steps, streams}, ids_as_floats);
  writer.add_floats("logits", {steps, streams, classes},
                    std::span<const float>(host(logits).data, static_cast<size_t>(logits.rows) * classes));
  write_file_atomic(name + ".expected.safetensors", writer.finish());
}

TEST(ModelFile, TorchRunsOurFiles) {
  const std::string python = "/usr/bin/python3";  // Debian's PyTorch belongs to Debian's Python
  if (std::system((python + " -c 'import torch' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "needs PyTorch: apt-get install python3-torch";
  RecurrentOptions o;
  o.input = 13, o.hidden = 13, o.layers = 2;
  write_for_torch("lstm", o, false);
  o.projection = 6;
  write_for_torch("lstm_projection", o, false);
  o.projection = 0, o.layers = 1, o.cell = CellKind::gru;
  write_for_torch("gru_tied", o, true);
  o.layers = 3;
  write_for_torch("gru", o, false);
  o.cell = CellKind::elman, o.hidden = 9;
  write_for_torch("tanh", o, false);
  o.flags = kRelu;
  write_for_torch("relu", o, false);
  const std::string script = std::string(RNN_TEST_SOURCE) + "/tests/golden/run_in_torch.py";
  const std::string command =
      python + " '" + script + "' " + std::to_string(kInterop) + " lstm lstm_projection gru_tied gru tanh relu";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

}  // namespace
}  // namespace rnn::core::test
