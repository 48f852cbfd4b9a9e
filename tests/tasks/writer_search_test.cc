// Why: what a writer adds to one model's outputs: a given beginning, the likeliest text, a cache, several models.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/ready_model.h"
#include "kernels/host.h"
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

using Ids = std::vector<int32_t>;

ModelFile made_model(const std::string& kind, uint64_t seed = 1, const std::string& text = tiny_story(20)) {
  ModelFile file;
  file.path = "made" + std::to_string(seed);
  file.tokenizer = build_tokenizer(kind, {text});
  file.model = tiny_model(tiny_config(kVariants[2], file.tokenizer->size(), 9, 2), seed);
  const View<float> out = file.model->params().view(file.model->table().find("output.weight"));
  for (int i = 0; i < out.rows * out.cols; ++i) host(out).data[i] *= 8;
  file.about.get() = {{"mode", "stream"}};
  return file;
}

TEST(WriterSearch, LogProbabilitiesAreThoseOfTheSteps) {
  for (const std::string kind : {"word", "char"}) {
    ModelFile file = made_model(kind);
    Writer writer(file);
    writer.read("The old man");
    const std::string before = writer.save_state();
    TextSearch how;
    how.beam = 6, how.n_best = 4, how.tokens = 9;
    const std::vector<FoundText> found = writer.search(how);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(writer.save_state(), before) << "a search leaves the memory as it was";
    for (const FoundText& f : found) {
      writer.load_state(before);
      double sum = 0;
      for (const int32_t id : f.ids) {
        for (const Candidate& c : writer.top(file.tokenizer->size())) sum += c.id == id ? std::log(c.probability) : 0;
        writer.take({{id}, "", 0, 0, false});
      }
      EXPECT_NEAR(f.log_prob, sum, 1e-5);
      EXPECT_NE(std::find(f.ids.begin(), f.ids.end(), file.tokenizer->unknown_id()) != f.ids.end(), true);
    }
    for (size_t i = 1; i < found.size(); ++i) EXPECT_LE(found[i].log_prob, found[i - 1].log_prob);
  }
}

TEST(WriterSearch, OneHypothesisIsGreedySampling) {
  ModelFile file = made_model("word");
  Writer writer(file), greedy(file);
  writer.read("The cat"), greedy.read("The cat");
  TextSearch how;
  how.beam = 1, how.tokens = 12;
  const int32_t unknown = file.tokenizer->unknown_id();
  SampleOptions options;
  options.temperature = 0, options.banned = {&unknown, 1};
  Random random(1, Purpose::sample);
  std::string text;
  for (int i = 0; i < 12; ++i) text += greedy.next(options, random);
  EXPECT_EQ(writer.search(how)[0].text, text);
}

TEST(WriterSearch, EndsBehindTheStopText) {
  ModelFile file = made_model("char");
  Writer writer(file);
  writer.read("The cat");
  TextSearch how;
  how.beam = 30, how.n_best = 10, how.tokens = 12, how.stop = "e";
  const auto found = writer.search(how);
  int finished = 0;
  for (const FoundText& f : found) {
    finished += f.finished;
    EXPECT_EQ(f.text.find('e') == std::string::npos, !f.finished) << f.text;
    if (f.finished) {
      EXPECT_EQ(f.text.find('e'), f.text.size() - 1) << f.text;
    }
  }
  EXPECT_GT(finished, 0);
  how.min_tokens = 5;
  for (const FoundText& f : writer.search(how)) EXPECT_GE(f.ids.size(), 5u);
}

// Drawn or searched, in words, characters and bytes: the text begins as asked, with a space before it at most.
TEST(WriterPrefix, TextBeginsAsAskedWhateverTheTokens) {
  for (const std::string kind : {"word", "char", "byte"}) {
    ModelFile file = made_model(kind);
    for (const std::string prefix : {"sees", "se", "likes a d", " hears", "The big", "."}) {
      Writer writer(file);
      writer.read("The child");
      const auto begins = [&](const std::string& text) {
        return text.compare(0, prefix.size(), prefix) == 0 || text.compare(0, prefix.size() + 1, " " + prefix) == 0;
      };
      TextSearch how;
      how.beam = 4, how.n_best = 3, how.tokens = 14, how.prefix = prefix;
      const auto found = writer.search(how);
      ASSERT_FALSE(found.empty());
      for (const FoundText& f : found) EXPECT_TRUE(begins(f.text)) << kind << " '" << prefix << "' '" << f.text << "'";
      Random random(4, Purpose::sample);
      SampleOptions sampling;
      sampling.temperature = 1.5;
      writer.begin_with(prefix);
      EXPECT_TRUE(writer.beginning());
      std::string text;
      for (int i = 0; i < 14; ++i) text += writer.next(sampling, random);
      EXPECT_FALSE(writer.beginning());
      EXPECT_TRUE(begins(text + writer.flush())) << kind << " '" << prefix << "' '" << text << "'";
    }
  }
}

TEST(WriterPrefix, WhatCannotBeWrittenIsRefused) {
  ModelFile words = made_model("word"), chars = made_model("char");
  for (ModelFile* file : {&words, &chars}) {
    Writer writer(*file);
    writer.read("The cat");
    TextSearch how;
    how.prefix = "sees a zq";
    EXPECT_EQ(failure_of([&] { writer.search(how); }).code, "generate/prefix");
    Random random(4, Purpose::sample);
    writer.begin_with(how.prefix);
    const Failure f = failure_of([&] {
      for (int i = 0; i < 30; ++i) writer.next({}, random);
    });
    EXPECT_EQ(f.code, "generate/prefix");
    EXPECT_EQ(f.exit, Exit::usage);
    EXPECT_NE(f.message.find("zq"), std::string::npos);
  }
}

// p = (1 - w) p_model + w p_cache behind every token, by a writer without a cache and by hand.
TEST(WriterCache, IsItsFormula) {
  ModelFile file = made_model("word");
  const CacheOptions options{7, 0.25, 2.0};
  Writer writer(file, WriterOptions{1, {}, options}), plain(file);
  const std::string text = "The cat sees a dog. The cat hears the big bird. The dog sees a child.";
  Pool pool(1);
  ModelScorer scorer(*file.model, pool);
  scorer.start(1);
  Ids ids = file.tokenizer->encode(text);
  std::vector<std::vector<float>> hidden;
  Ids history = {file.tokenizer->newline_id()};
  scorer.push(history);
  for (const int32_t id : ids) {
    hidden.emplace_back(host(scorer.hidden()).data, host(scorer.hidden()).data + scorer.hidden().cols);
    scorer.push(Ids{id});
    const float* h = host(scorer.hidden()).data;
    history.push_back(id);
    const size_t first = hidden.size() > 7 ? hidden.size() - 7 : 0;
    std::vector<double> votes(static_cast<size_t>(file.tokenizer->size()));
    double all = 0;
    for (size_t i = first; i < hidden.size(); ++i) {
      double dot = 0;
      for (size_t u = 0; u < hidden[i].size(); ++u) dot += static_cast<double>(hidden[i][u]) * h[u];
      votes[static_cast<size_t>(history[i + 1])] += std::exp(2.0 * dot);
      all += std::exp(2.0 * dot);
    }
    writer.take({{id}, "", 0, 0, false}), plain.take({{id}, "", 0, 0, false});
    std::vector<double> want(votes.size());
    for (const Candidate& c : plain.top(file.tokenizer->size()))
      want[static_cast<size_t>(c.id)] = 0.75 * c.probability + 0.25 * votes[static_cast<size_t>(c.id)] / all;
    for (const Candidate& c : writer.top(file.tokenizer->size()))
      EXPECT_NEAR(c.probability, want[static_cast<size_t>(c.id)], 1e-5) << history.size();
  }
  EXPECT_EQ(failure_of([&] { writer.search({}); }).code, "generate/cache");
}

std::string continued(Writer& writer, int tokens) {
  Random random(11, Purpose::sample);
  std::string text;
  for (int i = 0; i < tokens; ++i) text += writer.next({1.0, 0, 1}, random);
  return text + writer.flush();
}

TEST(WriterCache, IsKeptWithTheMemoryAndGoesBackWithIt) {
  ModelFile file = made_model("word"), copy = made_model("word");
  const WriterOptions options{1, {}, {40, 0.4, 1.0}};
  Writer writer(file, options), other(copy, options);
  continued(writer, 100);
  const Writer::Mark mark = writer.mark();
  const std::string state = writer.save_state();
  EXPECT_TRUE(Writer::has_cache(state));
  const std::string expected = continued(writer, 35);
  other.read("The cat");
  other.load_state(state);
  EXPECT_EQ(continued(other, 35), expected);
  writer.rewind(mark);
  EXPECT_EQ(writer.save_state(), state);
  EXPECT_EQ(continued(writer, 35), expected);

  Writer plain(copy);
  plain.load_state(state);  // the cache is left out
  EXPECT_FALSE(Writer::has_cache(plain.save_state()));
  Writer before(copy);
  const std::string old = before.save_state();
  other.load_state(old);  // begins with an empty cache
  const auto a = other.top(5), b = before.top(5);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i].probability, b[i].probability, 1e-6);
}

TEST(WriterCache, OfAnotherTokenizerOrModelIsRefused) {
  ModelFile file = made_model("word");
  // The same number of tokens, others.
  std::string renamed = tiny_story(20);
  for (char& c : renamed) c = c == 'o' ? 'u' : c;
  ModelFile other = made_model("word", 1, renamed);
  const WriterOptions options{1, {}, {40, 0.4, 1.0}};
  Writer writer(file, options), wrong(other, options);
  writer.read("The cat sees a dog.");
  const std::string state = writer.save_state(), theirs = wrong.save_state();
  const Failure f = failure_of([&] { wrong.load_state(state); });
  EXPECT_EQ(f.code, "state/tokenizer");
  EXPECT_EQ(f.exit, Exit::model);
  EXPECT_EQ(wrong.save_state(), theirs) << "nothing changes";
  for (size_t cut = 0; cut < state.size(); cut += 3)
    EXPECT_EQ(failure_of([&] { writer.load_state(state.substr(0, cut)); }).exit, Exit::model) << cut;
  EXPECT_EQ(writer.save_state(), state);
}

TEST(WriterEnsemble, WritesTheMeanOfItsModels) {
  ModelFile a = made_model("word", 1), b = made_model("word", 2);
  Writer together(a, WriterOptions{1, {{&b}, {1, 3}}, {}}), first(a), second(b);
  for (Writer* w : {&together, &first, &second}) w->read("The cat sees");
  std::vector<double> want(static_cast<size_t>(a.tokenizer->size()));
  for (const Candidate& c : first.top(100)) want[static_cast<size_t>(c.id)] += 0.25 * c.probability;
  for (const Candidate& c : second.top(100)) want[static_cast<size_t>(c.id)] += 0.75 * c.probability;
  for (const Candidate& c : together.top(100)) EXPECT_NEAR(c.probability, want[static_cast<size_t>(c.id)], 1e-6);
  const std::string state = together.save_state();
  const std::string text = continued(together, 20);
  together.load_state(state);
  EXPECT_EQ(continued(together, 20), text);
  EXPECT_EQ(failure_of([&] { first.load_state(state); }).code, "state/size");
}

}  // namespace
}  // namespace rnn::core::test
