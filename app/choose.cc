// Why: alternatives as a table for one question, as lines for many, with the accuracy of the model.
#include "choose.h"

#include <fmt/format.h>

#include <array>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "events/terminal.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

struct RuleName {
  ChoiceRule rule;
  const char *name, *column;
};
constexpr std::array<RuleName, 3> kRules = {{{ChoiceRule::sum, "sum", "log-prob"},
                                             {ChoiceRule::per_token, "token", "per token"},
                                             {ChoiceRule::per_byte, "byte", "per byte"}}};

ChoiceRule rule_of(const std::string& name) {
  for (const RuleName& r : kRules) {
    if (name == r.name) return r.rule;
  }
  throw Error(Exit::usage, "usage/option", fmt::format("--rank-by is '{}', it must be one of sum, token, byte", name));
}

std::string read_asked(const std::string& asked) {
  if (asked == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  try {
    return read_file(asked);
  } catch (const Error& e) {
    throw Error(e.exit(), e.code(), e.what(),
                "--choose takes a file of questions, or a text with alternatives after it: "
                "rnn eval MODEL --choose \"The cat is\" sleeping blue");
  }
}

std::string shown(const std::string& text) { return printable(text); }

std::string shown_context(const std::string& context) {
  return shown(context.find(kBlankToFill) == std::string::npos ? context + " " + std::string(kBlankToFill) : context);
}

void print_one(const ChoiceResult& result, ChoiceRule rule) {
  print(strong(shown_context(result.question.context), Stream::output) + "\n");
  Table table({"", "share", "log-prob", "per token", "per byte", "tokens"});
  bool first = true;
  int64_t unknown = 0;
  for (const int i : result.ranking(rule)) {
    const ChoiceScore& s = result.scores[static_cast<size_t>(i)];
    table.add({(first ? "> " : "  ") + shown(s.text) + (i == result.question.answer ? " *" : ""),
               fmt::format("{:.1f}%", 100 * s.share), fmt::format("{:.3f}", s.log_prob),
               fmt::format("{:.3f}", s.by(ChoiceRule::per_token)), fmt::format("{:.3f}", s.by(ChoiceRule::per_byte)),
               fmt::format("{}", s.tokens)});
    first = false;
    unknown += s.unknown;
  }
  print(table.text());
  if (unknown > 0) say("note: the model does not know every word of these alternatives; an unknown word counts as <unk>");
}

ordered_json json_of(const ChoiceResult& result, ChoiceRule rule) {
  ordered_json json = {{"type", "choice"}, {"context", result.question.context}};
  if (result.question.line > 0) json["line"] = result.question.line;
  json["best"] = result.scores[static_cast<size_t>(result.best(rule))].text;
  if (result.question.answer >= 0) {
    json["answer"] = result.scores[static_cast<size_t>(result.question.answer)].text;
    json["right"] = result.best(rule) == result.question.answer;
  }
  json["choices"] = ordered_json::array();
  for (const int i : result.ranking(rule)) {
    const ChoiceScore& s = result.scores[static_cast<size_t>(i)];
    json["choices"].push_back({{"text", s.text},
                               {"log_prob", s.log_prob},
                               {"per_token", s.by(ChoiceRule::per_token)},
                               {"per_byte", s.by(ChoiceRule::per_byte)},
                               {"share", s.share},
                               {"tokens", s.tokens},
                               {"bytes", s.bytes},
                               {"unknown", s.unknown}});
  }
  return json;
}

void print_line(const ChoiceResult& result, ChoiceRule rule) {
  const ChoiceScore& best = result.scores[static_cast<size_t>(result.best(rule))];
  const int answer = result.question.answer;
  const char* verdict = answer < 0 ? "-" : answer == result.best(rule) ? "right" : "wrong";
  print(fmt::format("{}\t{}\t{}\t{:.3f}\t{}\n", result.question.line, verdict, shown(best.text), best.log_prob,
                    shown_context(result.question.context)));
}

// Accuracy of each ranking rule.
struct Tally {
  int64_t questions = 0, answered = 0;
  std::array<int64_t, kRules.size()> right{};

  void add(const ChoiceResult& result) {
    ++questions;
    if (result.question.answer < 0) return;
    ++answered;
    for (size_t i = 0; i < kRules.size(); ++i) right[i] += result.best(kRules[i].rule) == result.question.answer;
  }
  double share(size_t i) const { return static_cast<double>(right[i]) / static_cast<double>(answered); }

  void print_text() const {
    if (answered == 0) return print("\n " + counted(questions, "question") + " without a right answer\n");
    Table table({"ranked by", "right", "of", "accuracy"});
    for (size_t i = 0; i < kRules.size(); ++i)
      table.add({kRules[i].column, grouped(right[i]), grouped(answered), fmt::format("{:.1f}%", 100 * share(i))});
    print("\n" + table.text());
  }

  void print_json(const std::string& rank_by) const {
    ordered_json json = {{"type", "result"}, {"questions", questions}, {"answered", answered}, {"rank_by", rank_by}};
    for (size_t i = 0; answered > 0 && i < kRules.size(); ++i) {
      json["right"][kRules[i].name] = right[i];
      json["accuracy"][kRules[i].name] = share(i);
    }
    print(json_line(json));
  }
};

}  // namespace

void choose(ModelFile& file, const WithModels& with, const ChooseArguments& a) {
  const ChoiceRule rule = rule_of(a.rank_by);
  const bool one = !a.alternatives.empty();
  std::vector<ChoiceQuestion> questions;
  if (one) {
    questions.push_back({a.asked, a.alternatives});
  } else {
    questions = read_questions(read_asked(a.asked), a.asked == "-" ? "standard input" : a.asked);
  }
  Pool pool(a.threads);
  Chooser chooser(file, with, pool);
  Tally tally;
  for (const ChoiceQuestion& question : questions) {
    const ChoiceResult result = chooser.score(question);
    tally.add(result);
    if (a.json) {
      print(json_line(json_of(result, rule)));
    } else if (one) {
      print_one(result, rule);
    } else {
      print_line(result, rule);
    }
  }
  if (a.json) {
    tally.print_json(a.rank_by);
  } else if (!one) {
    tally.print_text();
  }
}

}  // namespace rnn::core::app
