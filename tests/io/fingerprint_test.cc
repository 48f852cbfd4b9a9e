// Why: a fingerprint is that of the model, not of the file around it, and tells which part of another model differs.
#include "io/fingerprint.h"

#include <gtest/gtest.h>

#include <limits>

#include "io/safetensors.h"
#include "support/failure.h"

namespace rnn::core::test {
namespace {

struct Parts {
  std::string config = "{\"a\":1}", tokenizer = "{}", about = "{}";
  std::vector<float> weights = {1, 2, 3, 4};
  std::vector<int64_t> shape = {2, 2};
  bool checkpoint = false, last_first = false;
};

Fingerprint print_of(const Parts& p) {
  SafetensorsWriter writer;
  writer.set_metadata("rnn.config", p.config);
  writer.set_metadata("rnn.tokenizer", p.tokenizer);
  writer.set_metadata("rnn.about", p.about);
  const std::vector<float> more = {5, 6};
  if (p.last_first) writer.add_floats("b", {2}, more);
  writer.add_floats("a", p.shape, p.weights);
  if (!p.last_first) writer.add_floats("b", {2}, more);
  if (p.checkpoint) writer.add_floats("checkpoint.m", {2}, more);
  return fingerprint_of(Safetensors::parse(writer.finish(), "made"));
}

TEST(Fingerprint, IsThatOfTheModelNotOfTheFile) {
  const Fingerprint own = print_of({});
  EXPECT_TRUE(own.known());
  EXPECT_FALSE(Fingerprint{}.known());
  EXPECT_EQ(print_of({.about = "{\"x\":2}"}), own);
  EXPECT_EQ(print_of({.checkpoint = true}), own);
  EXPECT_EQ(print_of({.last_first = true}), own);
  EXPECT_EQ(Fingerprint::of_bytes(own.bytes()), own);
  EXPECT_EQ(own.bytes().size(), Fingerprint::kBytes);
}

TEST(Fingerprint, SaysWhatDiffers) {
  const Fingerprint own = print_of({});
  const auto why = [&](const Parts& other) { return failure_of([&] { require_same_model(own, print_of(other)); }).message; };
  EXPECT_NE(why({.config = "{\"a\":2}"}).find("configuration"), std::string::npos);
  EXPECT_NE(why({.tokenizer = "{\"a\":2}"}).find("tokens"), std::string::npos);
  EXPECT_NE(why({.weights = {1, 2, 3, 5}}).find("weights"), std::string::npos);
  EXPECT_NE(why({.shape = {4, 1}}).find("weights"), std::string::npos);
  EXPECT_EQ(why({}), "");
  EXPECT_EQ(failure_of([&] { require_same_model({}, own); }).code, "none") << "an older version saved it";
  EXPECT_EQ(failure_of([&] { require_same_model(own, print_of({.config = ""})); }).code, "state/model");
}

TEST(Fingerprint, AnEnsembleIsItsModelsInTheirOrder) {
  const Fingerprint a = print_of({}), b = print_of({.weights = {0, 0, 0, 1}});
  EXPECT_EQ(fingerprint_together(std::vector{a}), a);
  EXPECT_NE(fingerprint_together(std::vector{a, b}), fingerprint_together(std::vector{b, a}));
  EXPECT_FALSE(fingerprint_together(std::vector{a, Fingerprint{}}).known());
}

TEST(Fingerprint, StatesAreFinite) {
  const std::vector<float> good = {0, -1e30f, 1e-40f};
  require_finite_state(good);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    EXPECT_EQ(failure_of([&] { require_finite_state(std::vector<float>{0, bad}); }).code, "state/corrupt");
}

}  // namespace
}  // namespace rnn::core::test
