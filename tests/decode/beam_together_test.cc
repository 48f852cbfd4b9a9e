// Why: a search that looks at a few extensions, together with others, must find what a lone one finds that sorts them all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <tuple>

#include "decode/beam.h"
#include "support/history_scorer.h"

namespace rnn::core::test {
namespace {

using Ids = std::vector<int32_t>;

struct Live {
  Hypothesis text;
  std::vector<double> looked;
};

// What BeamOptions lets nobody write behind `ids`.
std::vector<uint8_t> forbidden(const BeamOptions& o, const Ids& ids, int vocabulary) {
  std::vector<uint8_t> no(static_cast<size_t>(vocabulary)), allowed(no.size());
  if (o.allow && o.allow(ids, allowed)) {
    for (size_t i = 0; i < no.size(); ++i) no[i] = !allowed[i];
  }
  for (int32_t id = 0; id < vocabulary; ++id) {
    Ids with = ids;
    with.push_back(id);
    const auto is = [&](int32_t other) { return other == id; };
    bool bad = std::any_of(o.banned.begin(), o.banned.end(), is);
    bad = bad || (static_cast<int>(with.size()) < o.min_tokens && std::any_of(o.ends.begin(), o.ends.end(), is));
    const int n = o.no_repeat, size = static_cast<int>(with.size());
    for (int at = 0; n > 0 && at + n < size; ++at) bad = bad || std::equal(with.end() - n, with.end(), with.begin() + at);
    if (bad) no[static_cast<size_t>(id)] = 1;
  }
  return no;
}

double penalty(const std::vector<double>& looked) {
  double sum = 0;
  for (const double x : looked) sum += x >= 1 ? 0 : std::log(std::max(static_cast<double>(FLT_MIN), x));
  return sum;
}

// All extensions of all hypotheses, sorted, step by step.
std::vector<Hypothesis> plain_search(const HistoryScorer& scorer, const Ids& prompt, const BeamOptions& o,
                                     const Source& source) {
  using Extension = std::tuple<double, size_t, int32_t>;  // -log p, parent, id: sorted, the likeliest come first
  std::vector<Live> live(1);
  live[0].looked.resize(static_cast<size_t>(source.length));
  std::vector<Hypothesis> results;
  if (o.max_tokens == 0) return {live[0].text};
  const auto sort_results = [&] {
    std::sort(results.begin(), results.end(), [](const Hypothesis& a, const Hypothesis& b) {
      return a.score != b.score ? a.score > b.score : a.ids < b.ids;
    });
  };
  for (int length = 1; !live.empty(); ++length) {
    std::vector<Extension> all;
    for (size_t parent = 0; parent < live.size(); ++parent) {
      Live& from = live[parent];
      Ids history = prompt;
      history.insert(history.end(), from.text.ids.begin(), from.text.ids.end());
      const std::vector<float> log_p = scorer.after(history, source), shares = scorer.looks(history, source);
      for (size_t j = 0; j < shares.size(); ++j) from.looked[j] += shares[j];
      const std::vector<uint8_t> no = forbidden(o, from.text.ids, scorer.vocabulary());
      for (size_t i = 0; i < no.size(); ++i) {
        if (!no[i] && std::isfinite(log_p[i]))
          all.emplace_back(-(from.text.log_prob + log_p[i]), parent, static_cast<int32_t>(i));
      }
    }
    std::sort(all.begin(), all.end());
    std::vector<Live> next;
    int cut = 0;
    for (const auto& [minus, parent, id] : all) {
      if (static_cast<int>(next.size()) == o.beam || cut == o.beam) break;
      Live h = live[parent];
      h.text.ids.push_back(id);
      h.text.log_prob = -minus;
      h.text.finished = std::count(o.ends.begin(), o.ends.end(), id) > 0 || (o.finished && o.finished(h.text.ids));
      if (h.text.finished && length < o.min_tokens) continue;
      if (h.text.finished || length == o.max_tokens) {
        h.text.score = length_score(h.text.log_prob, h.text.ids.size(), o);
        if (o.coverage > 0) h.text.score += o.coverage * penalty(h.looked);
        results.push_back(h.text);
        cut += length == o.max_tokens;
      } else {
        next.push_back(h);
      }
    }
    live = next;
    sort_results();
    const auto n = static_cast<size_t>(o.n_best);
    if (live.empty() || results.size() < n) continue;
    if (length_score(live[0].text.log_prob, static_cast<size_t>(o.max_tokens), o) < results[n - 1].score) break;
  }
  sort_results();
  results.resize(std::min(results.size(), static_cast<size_t>(o.n_best)));
  return results;
}

// Every bit.
void expect_same(const std::vector<Hypothesis>& got, const std::vector<Hypothesis>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].ids, want[i].ids) << what << " " << i;
    EXPECT_EQ(got[i].log_prob, want[i].log_prob) << what << " " << i;
    EXPECT_EQ(got[i].score, want[i].score) << what << " " << i;
    EXPECT_EQ(got[i].finished, want[i].finished) << what << " " << i;
  }
}

const Ids kEnds[] = {{}, {0}, {0, 2}, {1, 1, 70000}};
const Ids kBanned[] = {{}, {1}, {3, 1, -1, 90000}};

BeamOptions random_options(Random& random) {
  const auto one_of = [&](std::initializer_list<int> choices) {
    return choices.begin()[random.below(static_cast<uint32_t>(choices.size()))];
  };
  BeamOptions o;
  o.beam = one_of({1, 2, 5, 8});
  o.n_best = 1 + static_cast<int>(random.below(static_cast<uint32_t>(o.beam)));
  o.max_tokens = one_of({0, 1, 3, 6, 9});
  o.min_tokens = one_of({0, 0, 2, 4});
  o.ends = kEnds[random.below(4)];
  o.banned = kBanned[random.below(3)];
  o.alpha = one_of({0, 1, 3}) * 0.4;
  o.length_rule = random.below(2) == 0 ? LengthRule::power : LengthRule::wu;
  o.no_repeat = one_of({0, 0, 1, 2});
  o.coverage = one_of({0, 0, 1, 4}) * 0.3;
  if (random.below(4) == 0) {
    o.allow = [](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
      for (size_t id = 0; id < allowed.size(); ++id) allowed[id] = (id + written.size()) % 3 != 0;
      return written.size() % 2 == 0;
    };
  }
  if (random.below(4) == 0)
    o.finished = [](std::span<const int32_t> written) {
      return (written.back() + static_cast<int>(written.size())) % 5 == 0;
    };
  return o;
}

std::vector<Source> random_sources(size_t n, Random& random) {
  std::vector<Source> sources(n);
  for (Source& source : sources) source = {random.below(1000), static_cast<int>(random.below(7))};
  return sources;
}

// Vocabularies below, at and above the number of tokens that are looked at together, with many ties and with none.
TEST(BeamTogether, ASearchIsThatOfAllExtensionsSorted) {
  Random random(1, Purpose::test);
  for (uint32_t trial = 0; trial < 240; ++trial) {
    const int vocabulary[] = {2, 5, 63, 64, 65, 200};
    const std::vector<Source> source = random_sources(1, random);
    HistoryScorer scorer(vocabulary[trial % 6], trial, random.below(2) == 0, source);
    const BeamOptions o = random_options(random);
    const Ids prompt = {1, 0};
    expect_same(beam_search(scorer, prompt, o), plain_search(scorer, prompt, o, source[0]), std::to_string(trial));
  }
}

TEST(BeamTogether, SeveralSearchesAreEachAsIfAlone) {
  Random random(2, Purpose::test);
  for (uint32_t trial = 0; trial < 30; ++trial) {
    const size_t n = 1 + random.below(12);
    const int vocabulary = trial % 2 == 0 ? 9 : 130;
    const std::vector<Source> sources = random_sources(n, random);
    std::vector<BeamOptions> each;
    for (size_t i = 0; i < n; ++i) each.push_back(random_options(random));
    const Ids prompt = {1, 0, 1};
    HistoryScorer together(vocabulary, trial, trial % 3 == 0, sources);
    const auto got = beam_search(together, prompt, each);
    ASSERT_EQ(got.size(), n);
    int steps = 0;
    for (size_t i = 0; i < n; ++i) {
      HistoryScorer alone(vocabulary, trial, trial % 3 == 0, {sources[i]});
      expect_same(got[i], beam_search(alone, prompt, each[i]), std::to_string(trial) + " " + std::to_string(i));
      steps += alone.steps();
    }
    EXPECT_EQ(together.steps(), steps) << "a search that has ended leaves";
  }
  HistoryScorer scorer(3, 1);
  EXPECT_TRUE(beam_search(scorer, Ids{1}, std::vector<BeamOptions>()).empty());
}

// A vocabulary so large that the searches of a step are shared out.
TEST(BeamTogether, ThreadsShareTheSearches) {
  Random random(3, Purpose::test);
  const std::vector<Source> sources = random_sources(11, random);
  std::vector<BeamOptions> each;
  for (size_t i = 0; i < sources.size(); ++i) {
    each.push_back(random_options(random));
    each.back().finished = nullptr;  // all extensions would be kept
  }
  HistoryScorer scorer(9000, 1, true, sources);
  const auto alone = beam_search(scorer, Ids{1}, each);
  Pool pool(3);
  scorer.set_pool(&pool);
  const auto shared = beam_search(scorer, Ids{1}, each);
  for (size_t i = 0; i < each.size(); ++i) expect_same(shared[i], alone[i], std::to_string(i));

  each[4].max_tokens = 3;
  each[4].allow = [](std::span<const int32_t> written, std::vector<uint8_t>&) {
    if (written.size() == 1) throw std::runtime_error("a rule of the caller");
    return false;
  };
  EXPECT_THROW(beam_search(scorer, Ids{1}, each), std::runtime_error);
}

}  // namespace
}  // namespace rnn::core::test
