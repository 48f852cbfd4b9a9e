// Why: a translator's gradient is the derivative of its loss, and single steps and whole sequences are one function.
#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/host.h"
#include "support/tolerances.h"
#include "train/gradient_check.h"
#include "train/translators.h"

namespace rnn::core::test {
namespace {

CheckOptions few_of_each() {
  CheckOptions o;
  o.per_tensor = 6;
  return o;
}

void expect_right(const ModelConfig& config, const CheckOptions& options) {
  Model<double> model(complete(config));
  fill_weights(model);
  const auto checks = check_gradients(model, few_pairs(), options);
  ASSERT_EQ(checks.size(), model.table().all().size());
  for (const TensorCheck& c : checks) {
    EXPECT_LE(c.worst, options.tolerance) << c.name;
    EXPECT_GT(c.norm, 1e-5) << c.name << " has no gradient";
    EXPECT_GE(c.checked, c.skipped) << c.name << " is hardly checked";
  }
}

class Cells : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Variants, Cells, testing::ValuesIn(kVariants), variant_name);

// Of three units under relu none may be active, and normalised they leave hardly any smooth region: there the encoder has
// six, in one direction.
TEST_P(Cells, GradientsWithAndWithoutInputFeeding) {
  for (const bool feeding : {false, true}) {
    SCOPED_TRACE(feeding);
    ModelConfig c = translator(GetParam(), 4, 6);
    c.rnn.projection = GetParam().projection;
    if (c.rnn.flags & (kLayerNorm | kRelu)) c.encoder.rnn.bidirectional = false, c.encoder.rnn.hidden = 6;
    c.encoder.bridge = BridgeKind::dense, c.encoder.input_feeding = feeding;
    CheckOptions o = few_of_each();
    o.label_smoothing = 0.1;
    expect_right(c, o);
  }
}

TEST(EncoderDecoder, GradientsOfEveryAttention) {
  for (const AttentionKind kind :
       {AttentionKind::additive, AttentionKind::general, AttentionKind::dot, AttentionKind::scaled_dot}) {
    for (const bool feeding : {false, true}) {
      SCOPED_TRACE(std::string(attention_name(kind)) + (feeding ? ", fed" : ""));
      ModelConfig c = translator(kLstm, 4, 6);
      c.encoder.attention = kind, c.encoder.input_feeding = feeding;
      c.encoder.bridge = static_cast<BridgeKind>((static_cast<int>(kind) + feeding) % 3);
      expect_right(c, few_of_each());
    }
  }
}

// Variants of the network of translator(); those with attention are also tried with input feeding.
struct Design {
  const char* name;
  void (*change)(ModelConfig&, CheckOptions&);
};
void PrintTo(const Design& design, std::ostream* out) { *out << design.name; }

void two_layers(ModelConfig& c) { c.rnn.layers = c.encoder.rnn.layers = 2, c.encoder.bridge = BridgeKind::copy; }
void drop_everywhere(ModelConfig& c) {
  two_layers(c);
  c.dropout = c.rnn.dropout = 0.3;
}
void drop_in_cells(ModelConfig& c) {
  drop_everywhere(c);
  drop_recurrent(&c, 0.3, 0.2);
  c.rnn.variational = true, c.rnn.zoneout[0] = 0.2;
  if (c.rnn.states() > 1) c.rnn.zoneout[1] = 0.3;
}

const Design kDesigns[] = {
    {"no_attention_copy",
     [](ModelConfig& c, CheckOptions&) { c.encoder.attention = AttentionKind::none, c.encoder.bridge = BridgeKind::copy; }},
    {"no_attention_dense",
     [](ModelConfig& c, CheckOptions&) {
       two_layers(c);
       c.encoder.attention = AttentionKind::none, c.encoder.bridge = BridgeKind::dense;
     }},
    {"deep_encoder",
     [](ModelConfig& c, CheckOptions&) {
       c.rnn.cell = CellKind::gru, c.encoder.rnn.layers = 3, c.encoder.bridge = BridgeKind::dense;
     }},
    {"deep_decoder", [](ModelConfig& c, CheckOptions&) { c.rnn.cell = CellKind::elman, c.rnn.layers = 2; }},
    {"one_way",
     [](ModelConfig& c, CheckOptions&) {
       c.encoder.rnn.bidirectional = false, c.encoder.rnn.hidden = 5, c.encoder.attention = AttentionKind::general;
     }},
    {"one_way_copy",
     [](ModelConfig& c, CheckOptions&) {
       two_layers(c);
       c.encoder.rnn.bidirectional = false, c.encoder.rnn.hidden = 6, c.encoder.attention = AttentionKind::dot;
     }},
    {"last_layers_narrow",
     [](ModelConfig& c, CheckOptions&) {
       two_layers(c);
       c.rnn.last_hidden = 4, c.encoder.rnn.last_hidden = 2;
     }},
    {"projections",
     [](ModelConfig& c, CheckOptions&) {
       two_layers(c);
       c.rnn.hidden = 8, c.rnn.projection = 6, c.rnn.flags = kPeephole;
       c.encoder.rnn.hidden = 4, c.encoder.rnn.projection = 3;
     }},
    {"cell_clip", [](ModelConfig& c, CheckOptions&) { c.rnn.cell_clip = 0.3; }},
    {"residual",
     [](ModelConfig& c, CheckOptions&) {
       two_layers(c);
       c.rnn.residual = c.encoder.rnn.residual = true;
     }},
    {"residual_and_dropout",
     [](ModelConfig& c, CheckOptions&) {
       drop_everywhere(c);
       c.rnn.layers = c.encoder.rnn.layers = 3, c.rnn.residual = c.encoder.rnn.residual = true;
     }},
    {"tied", [](ModelConfig& c, CheckOptions&) { c.rnn.input = 6, c.tied = true, c.dropout = 0.2; }},
    {"own_embedding", [](ModelConfig& c, CheckOptions&) { c.encoder.own_embedding = true, c.dropout = 0.2; }},
    {"tied_own_embedding", [](ModelConfig& c, CheckOptions&) { c.rnn.input = 6, c.tied = c.encoder.own_embedding = true; }},
    {"dropout", [](ModelConfig& c, CheckOptions&) { drop_everywhere(c); }},
    {"dropped_lstm", [](ModelConfig& c, CheckOptions&) { drop_in_cells(c); }},
    {"dropped_gru",
     [](ModelConfig& c, CheckOptions&) {
       c.rnn.cell = CellKind::gru;
       drop_in_cells(c);
     }},
    {"dropped_gru_reset_before",
     [](ModelConfig& c, CheckOptions&) {
       c.rnn.cell = CellKind::gru_reset_before;
       drop_in_cells(c);
     }},
    {"zoneout_by_its_chance",
     [](ModelConfig& c, CheckOptions& o) {
       drop_in_cells(c);
       o.dropout = false;
     }},
    {"dropped_words",
     [](ModelConfig& c, CheckOptions&) {
       c.drops = {0.25, 0.25, 2};
     }},
    {"dropped_words_tied",
     [](ModelConfig& c, CheckOptions&) {
       c.rnn.input = 6, c.tied = true, c.drops = {0.25, 0.25, -1};
     }},
    {"activation_penalties",
     [](ModelConfig& c, CheckOptions& o) {
       c.input_dropout = 0.1, c.output_dropout = 0.4;
       o.penalty = {0.4, 0.7};
     }},
};

class Designs : public testing::TestWithParam<Design> {};
INSTANTIATE_TEST_SUITE_P(All, Designs, testing::ValuesIn(kDesigns),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(Designs, GradientsWithAndWithoutInputFeeding) {
  for (const bool feeding : {false, true}) {
    SCOPED_TRACE(feeding);
    ModelConfig c = translator(kLstm, 4, 6);
    CheckOptions o = few_of_each();
    GetParam().change(c, o);
    if (feeding && c.encoder.attention == AttentionKind::none) continue;
    c.encoder.input_feeding = feeding;
    expect_right(c, o);
  }
}

// ----------------------------------------------------------------------------------------------------- the same in two ways

// By how much two gradients of a parameter differ in the columns that both have, relative to the largest number.
template <class T>
double difference(View<const T> a, View<const T> b) {
  double worst = 0, largest = 0;
  for (int r = 0; r < a.rows; ++r) {
    for (int i = 0; i < a.cols; ++i) {
      const double off = std::abs(static_cast<double>(host(a)(r, i)) - host(b)(r, i));
      worst = std::isnan(off) ? INFINITY : std::max(worst, off);
      largest = std::max(largest, std::abs(static_cast<double>(host(a)(r, i))));
    }
  }
  return worst / std::max(largest, 1e-30);
}

// Where the fed input is not used, single steps and whole sequences are one function, with the same masks.
template <class T>
void expect_feeding_of_nothing(ModelConfig config, double tolerance, double gradient_tolerance) {
  config = complete(config);
  Model<T> plain(config);
  config.encoder.input_feeding = true;
  Model<T> fed(config);
  fill_weights(plain, 0.3);
  ASSERT_EQ(fed.table().all().size(), plain.table().all().size());
  for (ParamId id = 0; id < static_cast<ParamId>(plain.table().all().size()); ++id) {
    const View<T> from = plain.params().view(id), to = fed.params().view(id);  // the columns of the feed stay zero
    for (int r = 0; r < from.rows; ++r) std::copy_n(host(from).row(r), from.cols, host(to).row(r));
  }
  const Batch batch = many_pairs();
  const Pass<T> a = trained(plain, batch), b = trained(fed, batch, 2);
  ASSERT_EQ(a.h.size(), b.h.size());
  for (size_t i = 0; i < a.h.size(); ++i) ASSERT_NEAR(a.h[i], b.h[i], tolerance) << i;
  for (ParamId id = 0; id < static_cast<ParamId>(plain.table().all().size()); ++id) {
    const View<const T> by_plain = a.grads.view(id), by_fed = b.grads.view(id);
    EXPECT_LE(difference(by_plain, by_fed), gradient_tolerance) << plain.table()[id].name;
    if (by_fed.cols == by_plain.cols) continue;
    EXPECT_EQ(plain.table()[id].name, "decoder.weight_ih_l0");
    double by_feed = 0;
    for (int r = 0; r < by_fed.rows; ++r) {
      for (int i = by_plain.cols; i < by_fed.cols; ++i)
        by_feed = std::max(by_feed, std::abs(static_cast<double>(host(by_fed)(r, i))));
    }
    EXPECT_GT(by_feed, 1e-4) << "what is fed has no gradient";
  }
}

TEST_P(Cells, FeedingWithoutWeightsIsNoFeeding) {
  ModelConfig c = translator(GetParam(), 4, 22);
  c.rnn.projection = GetParam().projection;
  drop_in_cells(c);
  if (c.rnn.projection > 0) c.rnn.zoneout[0] = 0;
  c.rnn.residual = true, c.encoder.bridge = BridgeKind::dense;
  const bool normed = c.rnn.flags & kLayerNorm;
  expect_feeding_of_nothing<float>(c, normed ? kNormForward : kTwoWays, normed ? kNormBackward : kRecurrentBackward);
  expect_feeding_of_nothing<double>(c, kDoubleTwoWays, kDoubleTwoWays);
}

// An encoder and a decoder with the same weights that read the same ids end in the same state, until something is dropped.
TEST(EncoderDecoder, BothSidesDropUnlikeUnits) {
  const Design designs[] = {{"nothing", [](ModelConfig&, CheckOptions&) {}},
                            {"input", [](ModelConfig& c, CheckOptions&) { c.input_dropout = 0.5; }},
                            {"words", [](ModelConfig& c, CheckOptions&) { c.drops.words = 0.5; }},
                            {"layers", [](ModelConfig& c, CheckOptions&) { c.rnn.dropout = 0.5; }},
                            {"state", [](ModelConfig& c, CheckOptions&) { c.rnn.state_dropout = 0.5; }},
                            {"zoneout", [](ModelConfig& c, CheckOptions&) { c.rnn.zoneout[0] = 0.5; }},
                            {"zoneout of the cell", [](ModelConfig& c, CheckOptions&) { c.rnn.zoneout[1] = 0.5; }},
                            {"weights", [](ModelConfig& c, CheckOptions&) { c.rnn.weight_drop = 0.5; }}};
  for (const Design& design : designs) {
    SCOPED_TRACE(design.name);
    ModelConfig c = translator(kLstm, 4, 6);
    two_layers(c);
    c.encoder.rnn.bidirectional = false, c.encoder.rnn.hidden = 6, c.encoder.attention = AttentionKind::none;
    CheckOptions unused;
    design.change(c, unused);
    Model<double> model(complete(c));
    fill_weights(model);
    for (const ParamInfo& info : model.table().all()) {
      if (!info.name.starts_with("encoder.")) continue;
      const ParamId twin = model.table().find("decoder." + info.name.substr(8));
      std::copy_n(model.params().data() + info.offset, info.size(), host(model.params().view(twin)).data);
    }
    Pool pool(1);
    model.pack(pool, true);
    model.drop_weights(pool, 5, 3);
    Arena arena;
    Context<double> context{pool, arena, kernels<double>(), true, 5, 3};
    const Seq seq = Seq::ragged({4, 1, 6});
    const std::vector<int32_t> ids = random_tokens(seq.rows(), kVocabulary, 1);
    State<double> encoded_state, state = model.initial(seq.streams());
    const Encoded<double> encoded = model.encode(context, seq, ids.data(), encoded_state);
    model.decode(context, seq, ids.data(), encoded, nullptr, state);
    EXPECT_EQ(encoded_state == state, &design == &designs[0]);
  }
}

}  // namespace
}  // namespace rnn::core::test
