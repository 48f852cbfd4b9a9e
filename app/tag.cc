// Why: rnn tag: the tag of every word, and the spans that tags make.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "events/events.h"
#include "label_inputs.h"
#include "line_reader.h"
#include "screen.h"
#include "signals.h"
#include "text/tag_scheme.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kSentencesAtOnce = 256;

struct TagArguments {
  std::string model;
  std::vector<std::string> files, texts;
  int64_t threads = 0;
  bool json = false, tokenized = false;
};

void declare(Command& command, TagArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model that tags words");
  command.words("FILE...", &a.files, "a sentence per line; - or none: standard input");
  command.texts("-p,--prompt", &a.texts, "TEXT", "this sentence instead of a file; may be repeated");
  command.flag("--json", &a.json,
               "JSON lines: words, tags, their probabilities, spans, the sentence's label if the model has any");
  command.flag("--tokenized", &a.tokenized, "words stand between spaces; else marks such as commas are words of their own");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn tag runs/requests-001 -p 'play jazz in berlin'");
  command.example("rnn tag runs/requests-001 --json < sentences.txt");
}

class TagRun {
 public:
  TagRun(LabelModel& model, const TagArguments& a) : model_(model), a_(a) {}

  // One answer a line, an empty one for a blank line.
  void answer(const std::vector<std::string>& lines) {
    std::vector<std::vector<std::string>> words;
    std::vector<SequenceExample> examples;
    for (const std::string& line : lines) {
      words.push_back(words_of_line(line, a_.tokenized));
      if (!words.back().empty()) examples.push_back(model_.encoder().words(words.back()));
    }
    const std::vector<Labels> found = model_.label(examples, 1);
    size_t next = 0;
    for (const std::vector<std::string>& own : words) {
      const Labels none;
      const Labels& labels = own.empty() ? none : found[next++];
      a_.json ? print_json(own, labels) : print_columns(own, labels);
    }
    flush_output();
  }

 private:
  void print_columns(const std::vector<std::string>& words, const Labels& labels) const {
    for (size_t i = 0; i < words.size(); ++i) print(fmt::format("{}\t{}\n", words[i], model_.name(labels.answers[i][0])));
    print("\n");
  }

  void print_json(const std::vector<std::string>& words, const Labels& labels) const {
    std::vector<std::string> tags;
    ordered_json json = {{"words", words}, {"tags", ordered_json::array()}, {"probabilities", ordered_json::array()}};
    for (const auto& answer : labels.answers) {
      tags.push_back(model_.name(answer[0]));
      json["tags"].push_back(tags.back());
      json["probabilities"].push_back(answer[0].probability);
    }
    if (model_.shape().front.scheme != "tags") {
      json["spans"] = ordered_json::array();
      for (const TagSpan& span : spans_of_tags(tags)) {
        std::string text;
        for (size_t i = span.begin; i < span.end; ++i) text += (text.empty() ? "" : " ") + words[i];
        json["spans"].push_back({{"type", span.type}, {"begin", span.begin}, {"end", span.end}, {"text", text}});
      }
    }
    if (!labels.whole.empty()) {
      json["label"] = model_.whole_name(labels.whole[0]);
      json["label_probability"] = labels.whole[0].probability;
    }
    print(json_line(json));
  }

  LabelModel& model_;
  const TagArguments& a_;
};

}  // namespace

int run_tag(const Arguments& arguments) {
  TagArguments a;
  Command command("tag", "MODEL [FILE...] [options]", "a tag for every word of sentences, one sentence per line");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (!a.texts.empty() && !a.files.empty())
    throw Error(Exit::usage, "usage/option", "--prompt gives the sentence itself and does not go with a FILE",
                "leave one of them out");
  LabelModel model(a.model, TargetForm::labels, static_cast<int>(a.threads));
  TagRun run(model, a);
  if (!a.texts.empty()) {
    run.answer(a.texts);
    return status_of(0);
  }
  const std::atomic<int>& stop = *watch_signals();
  LineReader reader(a.files, LineContent::data);
  if (reader.asks_a_person()) say("one sentence per line; Ctrl-D ends");
  for (;;) {
    const std::vector<std::string> lines = reader.next(kSentencesAtOnce, stop);
    if (lines.empty() || stop.load() != 0) return status_of(0);
    run.answer(lines);
  }
}

}  // namespace rnn::core::app
