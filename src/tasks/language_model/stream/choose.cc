// Why: alternatives are compared by the probability of the whole resulting text, from the point where their tokens differ.
#include "tasks/language_model/stream/choose.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/numbers.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

[[noreturn]] void bad_line(const std::string& name, int64_t line, const std::string& what) {
  throw Error(
      Exit::data, "choose/line", name + ":" + std::to_string(line) + ": " + what,
      R"(a line is {"context": "The cat is", "choices": ["sleeping", "blue"], "answer": 0}, or context and alternatives )"
      "separated by tabs");
}

ChoiceQuestion json_question(std::string_view line, const std::string& name, int64_t number) {
  ChoiceQuestion q;
  const PlainNumbers plain_numbers;
  try {
    const nlohmann::json json = nlohmann::json::parse(line);
    for (const auto& item : json.items()) {
      if (item.key() != "context" && item.key() != "choices" && item.key() != "answer")
        bad_line(name, number, "unknown key '" + item.key() + "'; the keys are context, choices and answer");
    }
    q.context = json.at("context").get<std::string>();
    q.alternatives = json.at("choices").get<std::vector<std::string>>();
    const auto answer = json.find("answer");
    if (answer == json.end()) return q;
    if (answer->is_string()) {
      const auto found = std::find(q.alternatives.begin(), q.alternatives.end(), answer->get<std::string>());
      if (found == q.alternatives.end()) bad_line(name, number, "the answer is not one of the choices");
      q.answer = static_cast<int>(found - q.alternatives.begin());
    } else {
      const auto index = answer->is_number_integer() ? answer->get<int64_t>() : -1;
      if (index < 0 || index >= static_cast<int64_t>(q.alternatives.size())) {
        bad_line(name, number,
                 "the answer is " + answer->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                     ", it must be the text of a choice or a number from 0 to " +
                     std::to_string(static_cast<int64_t>(q.alternatives.size()) - 1));
      }
      q.answer = static_cast<int>(index);
    }
  } catch (const nlohmann::json::parse_error& e) {
    bad_line(name, number, "byte " + std::to_string(e.byte) + ": the line is not JSON");
  } catch (const nlohmann::json::exception&) {
    bad_line(name, number, "this JSON is not a question: context is a text, choices is a list of texts");
  }
  return q;
}

ChoiceQuestion tab_question(std::string_view line, const std::string& name, int64_t number) {
  ChoiceQuestion q;
  for (size_t begin = 0, field = 0; begin <= line.size(); ++field) {
    const size_t end = std::min(line.find('\t', begin), line.size());
    std::string_view text = line.substr(begin, end - begin);
    begin = end + 1;
    if (field == 0) {
      q.context = text;
      continue;
    }
    if (text.size() > 1 && text[0] == '*') {
      if (q.answer >= 0) bad_line(name, number, "two alternatives are marked with *");
      q.answer = static_cast<int>(q.alternatives.size());
      text.remove_prefix(1);
    }
    q.alternatives.emplace_back(text);
  }
  return q;
}

// The first position, at most `limit`, at which the tokens of the texts differ.
size_t parting(const std::vector<std::vector<int32_t>>& texts, size_t limit) {
  size_t shared = limit;
  for (const auto& text : texts) {
    shared = std::min(shared, text.size());
    for (size_t i = 0; i < shared; ++i) {
      if (text[i] != texts[0][i]) shared = i;
    }
  }
  return shared;
}

void require_alternatives(const ChoiceQuestion& q) {
  const auto bad = [&](const std::string& what) {
    throw Error(Exit::data, "choose/alternatives",
                (q.line > 0 ? "line " + std::to_string(q.line) + ": " : "") + what + " for '" + q.context + "'",
                "give two or more alternatives that are not empty");
  };
  if (q.alternatives.size() < 2) bad("there are " + std::to_string(q.alternatives.size()) + " alternatives");
  for (const std::string& a : q.alternatives) {
    if (a.empty()) bad("an alternative is empty");
    if (utf8_error(a) != std::string_view::npos) bad("an alternative is not UTF-8");
    if (std::count(q.alternatives.begin(), q.alternatives.end(), a) > 1) bad("'" + a + "' occurs twice");
  }
}

}  // namespace

double ChoiceScore::by(ChoiceRule rule) const {
  const int64_t divisor = rule == ChoiceRule::sum ? 1 : rule == ChoiceRule::per_token ? tokens : bytes;
  return log_prob / static_cast<double>(std::max<int64_t>(divisor, 1));
}

std::vector<int> ChoiceResult::ranking(ChoiceRule rule) const {
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](int i) { return scores[static_cast<size_t>(i)].by(rule); };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return value(a) > value(b); });
  return order;
}

int ChoiceResult::best(ChoiceRule rule) const { return ranking(rule)[0]; }

std::vector<ChoiceQuestion> read_questions(std::string_view text, const std::string& name) {
  std::vector<ChoiceQuestion> questions;
  int64_t number = 0;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (utf8_error(line) != std::string_view::npos) bad_line(name, number, "this is not UTF-8");
    const bool json = line[line.find_first_not_of(" \t")] == '{';
    ChoiceQuestion question = json ? json_question(line, name, number) : tab_question(line, name, number);
    question.line = number;
    require_alternatives(question);
    questions.push_back(std::move(question));
  }
  if (questions.empty()) throw Error(Exit::data, "choose/empty", name + " has no questions", "give one per line");
  return questions;
}

FilledBlank fill_blank(const std::string& context, const std::string& alternative) {
  const size_t blank = context.find(kBlankToFill);
  if (blank != std::string::npos)
    return {context.substr(0, blank), alternative, context.substr(blank + kBlankToFill.size())};
  const auto white = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  const bool glued = context.empty() || white(context.back()) || (!alternative.empty() && white(alternative[0]));
  return {context, glued ? alternative : " " + alternative, ""};
}

ChoiceResult Chooser::score(const ChoiceQuestion& question) {
  require_alternatives(question);
  const Tokenizer& tokenizer = *file_.tokenizer;
  ChoiceResult result{question, {}};
  std::vector<std::vector<int32_t>> texts;
  size_t before = SIZE_MAX;
  for (const std::string& alternative : question.alternatives) {
    const FilledBlank filled = fill_blank(question.context, alternative);
    texts.push_back(tokenizer.encode(filled.before + filled.alternative + filled.after));
    // The text before the alternative is not counted, unless a token extends beyond its end.
    const std::vector<int32_t> ids = tokenizer.encode(filled.before);
    const size_t shared = static_cast<size_t>(
        std::mismatch(ids.begin(), ids.end(), texts.back().begin(), texts.back().end()).first - ids.begin());
    before = std::min(before, shared);
    ChoiceScore score;
    score.text = alternative;
    score.bytes = static_cast<int64_t>(alternative.size() + filled.after.size());
    result.scores.push_back(std::move(score));
  }
  const size_t shared = parting(texts, before);
  std::vector<int32_t> prompt = {tokenizer.newline_id()};
  prompt.insert(prompt.end(), texts[0].begin(), texts[0].begin() + static_cast<ptrdiff_t>(shared));
  for (auto& text : texts) text.erase(text.begin(), text.begin() + static_cast<ptrdiff_t>(shared));
  const std::vector<std::vector<double>> log_probs = continuation_log_probs(scorer_, prompt, texts);

  double total = 0, top = -INFINITY;
  for (size_t i = 0; i < texts.size(); ++i) {
    ChoiceScore& score = result.scores[i];
    score.tokens = static_cast<int64_t>(texts[i].size());
    score.unknown = std::count(texts[i].begin(), texts[i].end(), tokenizer.unknown_id());
    score.log_prob = std::accumulate(log_probs[i].begin(), log_probs[i].end(), 0.0);
    top = std::max(top, score.log_prob);
  }
  for (const ChoiceScore& score : result.scores) total += std::exp(score.log_prob - top);
  for (ChoiceScore& score : result.scores) score.share = std::exp(score.log_prob - top) / total;
  return result;
}

}  // namespace rnn::core
