// Why: see translation_rules.h.
#include "tasks/translate/stream/translation_rules.h"

#include <algorithm>

#include "base/error.h"

namespace rnn::core {
namespace {

[[noreturn]] void bad(const std::string& message, const std::string& help) {
  throw Error(Exit::usage, "usage/option", message, help);
}

}  // namespace

std::vector<int32_t> encode_line(const Tokenizer& tokenizer, std::string_view line) {
  std::vector<int32_t> ids = tokenizer.encode(line);
  ids.push_back(tokenizer.newline_id());
  return ids;
}

TranslationRules::TranslationRules(const Tokenizer& tokenizer, const TranslateOptions& options)
    : tokenizer_(&tokenizer), options_(options), end_(tokenizer.newline_id()), unknown_(tokenizer.unknown_id()) {
  const TranslateOptions& o = options_;
  if (o.beam < 1) bad("a beam of " + std::to_string(o.beam) + " is not possible", "1 is greedy, 5 is usual");
  if (o.n_best < 1 || o.n_best > o.beam)
    bad(std::to_string(o.n_best) + " results need a beam at least as wide, but it is " + std::to_string(o.beam),
        "raise --beam");
  if (o.sample && o.n_best > 1) bad("--sample gives one translation", "leave --nbest or --sample out");
  if (o.sample && !o.prefix.empty()) bad("--prefix needs a search", "leave --sample out");
  if (!o.prefix.empty()) prefix_.emplace(Detokenizer(tokenizer), o.prefix);
}

std::span<const int32_t> TranslationRules::banned() const {
  return unknown_ >= 0 && !options_.unknown_words ? std::span<const int32_t>(&unknown_, 1) : std::span<const int32_t>();
}

int TranslationRules::longest(size_t source) const {
  return static_cast<int>(options_.max_ratio * static_cast<double>(source - 1)) + options_.max_extra;
}

BeamOptions TranslationRules::search(size_t source) const {
  BeamOptions b;
  b.beam = options_.beam, b.max_tokens = longest(source), b.ends = ends(), b.banned = banned();
  b.n_best = options_.n_best > 1 ? options_.beam : 1;  // several may be the same text
  b.alpha = options_.beam > 1 ? options_.alpha : 0;    // greedy stops when the end is the likeliest token
  b.length_rule = options_.length_rule, b.no_repeat = options_.no_repeat, b.coverage = options_.coverage;
  if (prefix_) {
    b.allow = [this](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
      return prefix_->allow(written, allowed);
    };
  }
  return b;
}

DrawOptions TranslationRules::draw(size_t source, int64_t number) const {
  DrawOptions d;
  d.max_tokens = longest(source), d.ends = ends();
  d.sampling = options_.sampling, d.sampling.banned = banned();
  d.seed = options_.seed, d.stream = static_cast<uint32_t>(number);
  return d;
}

std::vector<Translation> TranslationRules::results_of(const std::vector<Hypothesis>& found) const {
  std::vector<Translation> results;
  for (const Hypothesis& h : found) {
    std::span<const int32_t> ids = h.ids;
    if (h.finished) ids = ids.first(ids.size() - 1);
    std::string text = tokenizer_->decode(ids);
    const bool known = std::any_of(results.begin(), results.end(), [&](const Translation& t) { return t.text == text; });
    if (!known) results.push_back({h.ids, std::move(text), h.log_prob, h.score, h.finished});
    if (results.size() == static_cast<size_t>(options_.n_best)) break;
  }
  if (results.empty()) results.push_back({});
  return results;
}

}  // namespace rnn::core
