// Why: what is shown of a model must be what the model does: traces against its own Session and Writer, changed words against
// readings of their own.
#include "inspect/trace.h"
#include "kernels/host.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

#include "inspect/explain_model.h"
#include "inspect/influence.h"
#include "inspect_case.h"
#include "networks/session.h"
#include "support/failure.h"
#include "tasks/language_model/evaluate_text.h"

namespace rnn::core {
namespace {

using test::InspectCase;
constexpr char kPrompt[] = "The cat is sleeping because it";

struct Read {
  ModelFile file;
  Pool pool{1};
  const Model<float>& model;
  ReadingOptions how;
  Reading reading;
  Read(const InspectCase& c, const char* tokens = "word", bool sentences = true, std::string_view prompt = kPrompt)
      : file(test::small_file(c, tokens, sentences)),
        model(inspected_model(file, pool)),
        how{file.tokenizer->newline_id(), sentences, 5},
        reading(read_ids(model, prompt_ids(file, prompt), how)) {}
};

// The state after the ids, from zero, in a Session of its own; `table` out: the probabilities of the next token.
State<float> own_session(const Model<float>& model, const std::vector<int32_t>& ids, std::vector<double>& table) {
  Session session(model);
  View<const float> logits;
  for (const int32_t id : ids) logits = session.push(id);
  double sum = 0;
  table.assign(static_cast<size_t>(logits.cols), 0);
  for (int k = 0; k < logits.cols; ++k) sum += table[k] = std::exp(static_cast<double>(host(logits)(0, k)));
  for (double& p : table) p /= sum;
  return session.state();
}

TEST(Trace, HiddenStatesRecomputedFromTheCellAreThoseOfTheSession) {
  for (const InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    Read r(c);
    const Recurrent<float>& rnn = r.model.recurrent();
    std::vector<double> table;
    const State<float> last = own_session(r.model, r.reading.ids, table);
    for (int l = 0; l < c.layers; ++l) {
      const LayerGates gates = layer_gates(r.model, r.pool, r.reading, l);
      ASSERT_EQ(gates.values.size(), gates.names.size());
      for (int t = 0; t < r.reading.steps(); ++t) {
        const float* state = r.reading.states.row(t);
        for (int u = 0; u < gates.h.cols(); ++u) EXPECT_NEAR(gates.h(t, u), state[rnn.state_offset(l, 0, 0) + u], 1e-5);
        for (int u = 0; u < gates.c.cols(); ++u) EXPECT_NEAR(gates.c(t, u), state[rnn.state_offset(l, 0, 1) + u], 1e-5);
      }
      EXPECT_EQ(gates.c.cols(), rnn.options().states() > 1 ? rnn.options().width(l) : 0);
    }
    for (int i = 0; i < last.width(); ++i) EXPECT_EQ(last.row(0)[i], r.reading.states(r.reading.steps() - 1, i));
    for (size_t k = 0; k < table.size(); ++k) EXPECT_NEAR(r.reading.last[k], table[k], 1e-12);
  }
}

// c' = f c + i g, h' = o tanh(c'): the values that are shown as gates are those that make the state.
TEST(Trace, FramesAreReadAsWell) {
  for (const InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    ModelConfig config = test::config_of(c, 0);
    config.task = "regress", config.output = 1;
    const auto model = test::lively_model<float>(config);
    Matrix<float> frames(7, config.rnn.input);
    Random random(2, Purpose::test);
    for (size_t i = 0; i < frames.size(); ++i) frames.data()[i] = static_cast<float>(random.normal());
    const Reading reading = read_states(*model, {}, std::as_const(frames).view());
    ASSERT_EQ(reading.steps(), 7);
    Session session(*model);
    Pool pool(1);
    const Recurrent<float>& rnn = model->recurrent();
    for (int t = 0; t < 7; ++t) session.push(std::as_const(frames).view().middle(t, 1));
    for (int l = 0; l < c.layers; ++l) {
      const LayerGates gates = layer_gates(*model, pool, reading, l);
      for (int u = 0; u < gates.h.cols(); ++u)
        EXPECT_NEAR(gates.h(6, u), session.state().row(0)[rnn.state_offset(l, 0, 0) + u], 1e-5);
    }
  }
}

TEST(Trace, GatesOfALstmMakeItsState) {
  Read r(test::kInspectCases[5]);
  const auto steps = read_steps(r.model, r.pool, *r.file.tokenizer, r.reading, 3);
  for (size_t t = 1; t < steps.size(); ++t) {
    for (size_t l = 0; l < 2; ++l) {
      const LayerStep &now = steps[t].layers[l], &old = steps[t - 1].layers[l];
      ASSERT_EQ(now.gates.size(), 4u);
      ASSERT_EQ(now.gates[3].first, "o");
      for (size_t u = 0; u < now.h.size(); ++u) {
        const auto gate = [&](int g) { return static_cast<double>(now.gates[g].second[u]); };
        EXPECT_NEAR(now.c[u], gate(1) * old.c[u] + gate(0) * gate(2), 1e-5);
        EXPECT_NEAR(now.h[u], gate(3) * std::tanh(now.c[u]), 1e-5);
      }
    }
  }
}

TEST(Trace, StepsSayWhatMovedAndWhatIsExpected) {
  for (const InspectCase& c : {test::kInspectCases[0], test::kInspectCases[7], test::kInspectCases[10]}) {
    for (const bool sentences : {true, false}) {
      SCOPED_TRACE(c.name);
      Read r(c, "word", sentences);
      const auto steps = read_steps(r.model, r.pool, *r.file.tokenizer, r.reading, 3);
      ASSERT_EQ(steps.size(), 7u);
      EXPECT_EQ(steps[0].text, "↵");
      EXPECT_EQ(steps[2].text, "cat");
      EXPECT_EQ(steps[0].surprise, -1);
      Writer writer(r.file);  // frees the row-major weights: last
      for (size_t t = 0; t < steps.size(); ++t) {
        if (t > 0) {
          double p = 0;  // of this word, before it was read
          for (const Candidate& x : writer.top(writer.tokenizer().size())) p += x.id == steps[t].id ? x.probability : 0;
          EXPECT_NEAR(steps[t].surprise, -std::log2(p), 1e-6);
          writer.read(" " + steps[t].text);
        }
        const std::vector<Candidate> top = writer.top(5);
        ASSERT_EQ(steps[t].next.size(), 5u);
        for (size_t i = 0; i < 5; ++i) {
          EXPECT_EQ(steps[t].next[i].text, shown_token(*r.file.tokenizer, top[i].id));
          EXPECT_EQ(steps[t].next[i].p, top[i].probability);
        }
        for (size_t l = 0; l < steps[t].layers.size(); ++l) {
          const LayerStep& now = steps[t].layers[l];
          double state = 0, update = 0, most = 0;
          for (size_t u = 0; u < now.h.size(); ++u) {
            const double h = now.h[u], d = h - (t > 0 ? static_cast<double>(steps[t - 1].layers[l].h[u]) : 0);
            state += h * h, update += d * d, most = std::max(most, std::abs(d));
          }
          EXPECT_NEAR(now.state_norm, std::sqrt(state), 1e-9);
          EXPECT_NEAR(now.update_norm, std::sqrt(update), 1e-9);
          ASSERT_EQ(now.moved.size(), std::min<size_t>(3, now.h.size()));
          EXPECT_NEAR(std::abs(now.moved[0].second), most, 1e-9);
        }
      }
    }
  }
}

TEST(Trace, ALineBeginsAfreshWhereTheModelReadsLines) {
  for (const bool sentences : {true, false}) {
    Read r(test::kInspectCases[9], "word", sentences, "The dog is\nThe cat");
    std::vector<double> table;
    const State<float> alone = own_session(r.model, prompt_ids(r.file, "The cat"), table);
    bool same = true;
    for (int i = 0; i < alone.width(); ++i) same &= alone.row(0)[i] == r.reading.states(r.reading.steps() - 1, i);
    EXPECT_EQ(same, sentences);
  }
}

TEST(Trace, GateRangesAreAskedOfTheCell) {
  EXPECT_EQ(gate_range(CellKind::elman, 0, 0), GateRange::bounded);
  EXPECT_EQ(gate_range(CellKind::elman, kRelu, 0), GateRange::valve);
  for (size_t kind = 0; kind < kCells.size(); ++kind) {  // what is said of a gate to people
    SCOPED_TRACE(kCells[kind]->name);
    for (int g = 0; g < kCells[kind]->gates; ++g) {
      const GateText& text = kCells[kind]->gate_texts[static_cast<size_t>(g)];
      if (text.name.empty()) continue;
      EXPECT_EQ(gate_range(static_cast<CellKind>(kind), 0, g), text.range) << text.name;
    }
  }
}

TEST(Trace, AGateWithoutEndsIsNeitherShutNorOpen) {
  Read r(test::kInspectCases[18]);  // minGRU, 2 layers
  const std::vector<GateUse> use = gate_use(r.model, r.pool, r.reading);
  ASSERT_EQ(use.size(), 2u);
  EXPECT_EQ(use[0].gate, "z");
  EXPECT_EQ(use[1].gate, "z");
}

TEST(Trace, GatesThatAreHeldShutOrOpenAreCounted) {
  Read r(test::kInspectCases[4]);
  const auto bias = r.file.model->params().view(r.file.model->table().find("rnn.bias_ih_l0"));
  for (int u = 0; u < 5; ++u)
    host(bias)(0, u) = -50, host(bias)(0, 5 + u) = 50, host(bias)(0, 10 + u) = u < 2 ? -50 : 50;  // i, f, g
  const std::vector<GateUse> use = gate_use(r.model, r.pool, r.reading);
  ASSERT_EQ(use.size(), 4u);
  EXPECT_EQ(use[0].gate, "i");
  EXPECT_NEAR(use[0].closed, 1, 1e-9);
  EXPECT_NEAR(use[1].open, 1, 1e-9);
  EXPECT_NEAR(use[1].mean, 1, 1e-6);
  EXPECT_NEAR(use[2].closed, 0.4, 1e-9);
  EXPECT_NEAR(use[2].open, 0.6, 1e-9);
  EXPECT_LT(use[3].closed + use[3].open, 0.5);
  const std::vector<StateNorms> norms = state_norms(r.model, r.reading);
  ASSERT_EQ(norms.size(), 1u);
  EXPECT_GE(norms[0].largest, norms[0].state);
}

TEST(Influence, IsTheDistanceOfTwoReadings) {
  for (const char* tokens : {"word", "char", "byte"}) {
    for (const InspectCase& c : {test::kInspectCases[1], test::kInspectCases[4], test::kInspectCases[9]}) {
      SCOPED_TRACE(std::string(c.name) + ", " + tokens);
      Read r(c, tokens);
      const Tokenizer& tokenizer = *r.file.tokenizer;
      const Substitutes substitutes(tokenizer);
      const std::vector<Influence> all = influences(r.model, tokenizer, substitutes, r.reading, r.how, 3);
      ASSERT_EQ(static_cast<int>(all.size()), r.reading.steps() - 1);
      for (const Influence& i : all) {
        EXPECT_EQ(i.lag, r.reading.steps() - 1 - i.position);
        EXPECT_EQ(i.word, shown_token(tokenizer, r.reading.ids[i.position]));
        const std::vector<int32_t> others = substitutes.of(r.reading.ids[i.position], 3);
        ASSERT_EQ(i.substitutes.size(), others.size());
        ASSERT_FALSE(others.empty());
        double mean = 0;
        for (size_t k = 0; k < others.size(); ++k) {
          std::vector<int32_t> ids = r.reading.ids;
          ids[i.position] = others[k];
          std::vector<double> with, without;
          own_session(r.model, ids, with), own_session(r.model, r.reading.ids, without);
          double apart = 0;
          for (size_t w = 0; w < with.size(); ++w) apart += std::abs(with[w] - without[w]) / 2;
          EXPECT_NEAR(i.substitutes[k].p, apart, 1e-6);
          EXPECT_GT(apart, i.lag < 4 ? 1e-5 : 0);
          mean += apart / static_cast<double>(others.size());
        }
        EXPECT_NEAR(i.mean, mean, 1e-6);
      }
    }
  }
}

TEST(Influence, ALineBeforeHasNoneWhereLinesBeginAfresh) {
  for (const bool sentences : {true, false}) {
    Read r(test::kInspectCases[4], "word", sentences, "The dog\nThe cat");
    const std::vector<Influence> all =
        influences(r.model, *r.file.tokenizer, Substitutes(*r.file.tokenizer), r.reading, r.how, 2);
    ASSERT_EQ(all.size(), 4u);  // not the end of line
    EXPECT_EQ(all[1].word, "dog");
    EXPECT_EQ(all[1].mean > 0, !sentences);
    EXPECT_GT(all[2].mean, 0);
  }
}

TEST(StateDistance, IsThatOfTwoSessions) {
  for (const InspectCase& c : {test::kInspectCases[0], test::kInspectCases[7]}) {
    Read r(c);
    const int32_t dog = r.file.tokenizer->encode("dog")[0];
    const StateDistance d = state_distance(r.model, *r.file.tokenizer, r.reading, r.how, 2, dog);
    EXPECT_EQ(d.word + " " + d.other, "cat dog");
    std::vector<int32_t> ids = r.reading.ids, others = ids;
    others[2] = dog;
    const int offset = r.model.recurrent().state_offset(c.layers - 1, 0, 0), width = r.model.config().rnn.output();
    ASSERT_EQ(d.h.size(), ids.size());
    for (size_t t = 0; t < ids.size(); ++t) {
      std::vector<double> table;
      const State<float> a = own_session(r.model, {ids.begin(), ids.begin() + t + 1}, table);
      const State<float> b = own_session(r.model, {others.begin(), others.begin() + t + 1}, table);
      double apart = 0, size_a = 0, size_b = 0;
      for (int i = offset; i < offset + width; ++i) {
        const double x = a.row(0)[i], y = b.row(0)[i];
        apart += (x - y) * (x - y), size_a += x * x, size_b += y * y;
      }
      EXPECT_NEAR(d.h[t], 2 * std::sqrt(apart) / (std::sqrt(size_a) + std::sqrt(size_b)), 1e-6);
    }
    EXPECT_EQ(d.h[1], 0);
    EXPECT_NEAR(d.kept, d.h.back() / d.h[2], 1e-12);
  }
}

TEST(Substitutes, AreOfTheSameKindAndInTheVocabulary) {
  const ModelFile file = test::small_file(test::kInspectCases[0]);
  const Substitutes substitutes(*file.tokenizer);
  const auto words = [&](const std::string& word, int count = 8) {
    std::string text;
    for (const int32_t id : substitutes.of(file.tokenizer->encode(word)[0], count)) text += file.tokenizer->piece(id) + " ";
    return text;
  };
  EXPECT_EQ(words("cat"), "dog bird ");
  EXPECT_EQ(words("sleeping"), "eating running ");
  EXPECT_EQ(words("The", 1), "A ");
  EXPECT_EQ(words("sees", 2), "rains ");
  EXPECT_FALSE(words("bread").empty());  // the only food of this text: frequent words instead
  EXPECT_EQ(substitutes.first_content(file.tokenizer->encode("\nThe cat is")), 2);
  EXPECT_EQ(substitutes.first_content(file.tokenizer->encode("\nThe is")), 1);
  for (const auto* kinds : {&kWordKinds, &kCharacterKinds}) {
    for (const WordKind& kind : *kinds) EXPECT_GT(std::count(kind.words.begin(), kind.words.end(), ' '), 1) << kind.name;
  }
}

Failure prompt_failure(const ModelFile& file, std::string_view prompt, int limit = 200) {
  return failure_of([&] { prompt_ids(file, prompt, limit); });
}

TEST(Prompt, FaultsAreSaid) {
  const ModelFile file = test::small_file(test::kInspectCases[0]);
  for (const char* empty : {"", " ", "\t "}) EXPECT_EQ(prompt_failure(file, empty).code, "inspect/empty");
  const Failure unknown = prompt_failure(file, "The bat is");
  EXPECT_EQ(unknown.code, "inspect/unknown_word");
  EXPECT_EQ(unknown.exit, Exit::usage);
  EXPECT_NE(unknown.message.find("'bat'"), std::string::npos);
  EXPECT_NE(unknown.help.find("cat"), std::string::npos);
  EXPECT_EQ(prompt_failure(file, "The xylophonist is").help.find("know"), std::string::npos);
  const Failure longer = prompt_failure(file, "The cat is sleeping .", 4);
  EXPECT_EQ(longer.code, "inspect/too_long");
  EXPECT_NE(longer.message.find("5 tokens, but at most 4"), std::string::npos);
  EXPECT_EQ(prompt_failure(file, "The cat is sleeping", 4).code, "none");
  const ModelFile characters = test::small_file(test::kInspectCases[0], "char");
  EXPECT_EQ(prompt_failure(characters, "the cat Ω").code, "inspect/unknown_word");
  EXPECT_EQ(prompt_failure(test::small_file(test::kInspectCases[0], "byte"), "Ω").code, "none");
}

TEST(Prompt, ModelsThatCannotBeReadAreRefused) {
  ModelFile broken = test::small_file(test::kInspectCases[0]);
  broken.model->params().data()[3] = NAN;
  Pool pool(1);
  EXPECT_EQ(failure_of([&] { inspected_model(broken, pool); }).code, "model/nan");
  ModelFile bare;
  ModelConfig config;
  config.task = "recurrent", config.rnn.input = 3, config.rnn.hidden = 4;
  bare.model = std::make_unique<Model<float>>(config);
  EXPECT_EQ(failure_of([&] { inspected_model(bare, pool); }).code, "model/task");
}

TEST(Explanation, HoldsEverythingAndIsJson) {
  for (const char* tokens : {"word", "char", "byte"}) {
    for (const InspectCase& c : test::kInspectCases) {
      SCOPED_TRACE(std::string(c.name) + ", " + tokens);
      ModelFile file = test::small_file(c, tokens);
      Pool pool(1);
      ExplainOptions options;
      options.timing = c.layers == 1;
      const ModelExplanation plain = explain_model(file, kPrompt, options, pool);
      EXPECT_EQ(plain.name, "small");
      EXPECT_EQ(plain.val_loss, 1.5);
      EXPECT_EQ(plain.val_perplexity, std::nullopt);
      EXPECT_EQ(plain.step_microseconds > 0, options.timing);
      EXPECT_EQ(plain.gradient.state, plain.prompt_gradient.state);
      EXPECT_EQ(plain.gradient.state.size() + 1, plain.steps.size());
      EXPECT_FALSE(plain.gradient.worst.empty());
      EXPECT_EQ(plain.distances.size(), 1u);
      EXPECT_EQ(plain.spectra.size(), has_recurrent_matrix(c.cell) ? plain.gates.size() : 0);
      options.text = {file.tokenizer->encode("The dog is eating bread.\nThe cat is sleeping.\nA bird sees the cat.\n")};
      options.window = 12, options.targets = 4;
      const ModelExplanation more = explain_model(file, kPrompt, options, pool);
      EXPECT_EQ(more.gradient.state.size(), 12u);
      EXPECT_EQ(more.gradient.steps, 4);
      EXPECT_EQ(more.prompt_gradient.state, plain.prompt_gradient.state);
      const nlohmann::json json = nlohmann::json::parse(to_json_object(more).dump());
      EXPECT_EQ(json["steps"][1]["layers"].size(), static_cast<size_t>(c.layers));
      EXPECT_EQ(json["steps"][2]["layers"][0]["h"].size(), static_cast<size_t>(c.projection > 0 ? c.projection : c.hidden));
      EXPECT_EQ(json["gradient"]["h"].size(), static_cast<size_t>(c.layers));
      EXPECT_EQ(json["gradient"]["state"].size(), 12u);
      const ModelExplanation text = explain_text(file, options, pool);
      EXPECT_TRUE(text.steps.empty());
      EXPECT_EQ(text.gradient.state, more.gradient.state);
      EXPECT_EQ(text.gates[0].mean, more.gates[0].mean);
    }
  }
}

TEST(Explanation, NumbersThatAreNoneBecomeNull) {
  ModelExplanation m;
  m.gradient.state = {1, INFINITY, NAN};
  m.steps.resize(1);
  m.steps[0].layers.resize(1);
  m.steps[0].layers[0].h = {0.1F, NAN};
  const std::string text = to_json_object(m).dump();
  EXPECT_NE(text.find("\"state\":[1.0,null,null]"), std::string::npos);
  EXPECT_NE(text.find("\"h\":[0.1,null]"), std::string::npos);
}

}  // namespace
}  // namespace rnn::core
