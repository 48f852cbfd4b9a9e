// Why: see eval_speech.h.
#include "eval_speech.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "screen.h"
#include "table_text.h"
#include "tasks/transcribe/evaluate_speech.h"
#include "tasks/transcribe/listening_time.h"
#include "tasks/transcribe/stream/recognizer.h"
#include "tasks/transcribe/tune_search.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kWorst = 10, kConfusions = 10;

struct Rate {
  ErrorRate pooled;
  Interval interval;
};
Rate rate_of(const std::vector<ErrorRate>& clips) { return {pooled(clips), bootstrap_interval(clips)}; }

std::vector<std::string> row_of_rate(const char* name, const Rate& r) {
  const auto percent = [](double share) { return fmt::format("{:.2f}%", 100 * share); };
  return {name,
          percent(r.pooled.rate()),
          fmt::format("{} to {}", percent(r.interval.low), percent(r.interval.high)),
          grouped(r.pooled.substitutions),
          grouped(r.pooled.deletions),
          grouped(r.pooled.insertions),
          grouped(r.pooled.reference)};
}

ordered_json json_of_rate(const Rate& r) {
  return {{"rate", r.pooled.rate()},         {"low", r.interval.low},
          {"high", r.interval.high},         {"substitutions", r.pooled.substitutions},
          {"deletions", r.pooled.deletions}, {"insertions", r.pooled.insertions},
          {"reference", r.pooled.reference}};
}

std::string confusion_text(const Confusion& c) {
  const std::string what = c.hypothesis.empty()  ? c.reference + " missed"
                           : c.reference.empty() ? c.hypothesis + " added"
                                                 : c.reference + " as " + c.hypothesis;
  return fmt::format("{} ({})", what, c.count);
}

std::vector<Confusion> confusions(const RecognitionErrors& errors) {
  std::vector<Confusion> all = errors.substitutions(kConfusions);
  for (const Confusion& c : errors.deletions(kConfusions)) all.push_back(c);
  for (const Confusion& c : errors.insertions(kConfusions)) all.push_back(c);
  std::stable_sort(all.begin(), all.end(), [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  if (all.size() > kConfusions) all.resize(kConfusions);
  return all;
}

std::vector<Clip> clips_of(const ClipSet& set, const std::string& speakers) {
  if (speakers.empty()) return set.clips;
  const std::vector<std::string> names = split_commas(speakers);
  const std::set<std::string> wanted(names.begin(), names.end());
  std::set<std::string> missing = wanted;
  std::vector<Clip> clips;
  for (const Clip& clip : set.clips) {
    missing.erase(clip.speaker);
    if (wanted.count(clip.speaker) > 0) clips.push_back(clip);
  }
  if (!missing.empty())
    throw Error(Exit::usage, "usage/speaker", fmt::format("--speakers: no clip is of '{}'", *missing.begin()),
                "rnn data check lists the speakers");
  return clips;
}

void print_speech_json(const SpeechReport& r, const Rate& words, const Rate& characters,
                       const std::optional<ListeningTimes>& listening, const std::vector<LeftOut>& left_out) {
  ordered_json json = figures_json(r.model);
  json["words"] = json_of_rate(words), json["characters"] = json_of_rate(characters);
  json["clips"] = r.clips, json["seconds"] = r.seconds;
  if (r.blanks) json["blank_share"] = *r.blanks;
  if (r.real_time) json["real_time_factor"] = *r.real_time;
  if (listening)
    json["listening"] = {{"clips", listening->clips},
                         {"portion_ms", listening->portion_ms},
                         {"portion_99_ms", listening->portion_99_ms},
                         {"text_ms", listening->text_ms},
                         {"text_longest_ms", listening->text_longest_ms}};
  if (r.spotted) {
    const SpottedWords& s = *r.spotted;
    json["spotted"] = {{"said", s.said}, {"found", s.found}, {"false_alarms", s.false_alarms}};
    if (r.seconds > 0) json["spotted"]["false_alarms_per_hour"] = r.false_alarms_per_hour();
  }
  for (const RecognitionErrors::Utterance* u : r.errors.worst(kWorst))
    json["worst"].push_back(
        {{"clip", u->name}, {"reference", u->reference}, {"heard", u->hypothesis}, {"errors", u->words.errors()}});
  for (const Confusion& c : confusions(r.errors))
    json["confusions"].push_back({{"reference", c.reference}, {"heard", c.hypothesis}, {"count", c.count}});
  for (const LeftOut& l : left_out) json["left_out"].push_back({{"clip", l.clip}, {"reason", l.reason}});
  print(json_line(json));
}

void print_speech_table(const SpeechReport& r, const Rate& words, const Rate& characters,
                        const std::optional<ListeningTimes>& listening) {
  Table table({"", "errors", "95 % interval", "wrong", "missed", "added", "of"});
  table.add(row_of_rate("words", words)), table.add(row_of_rate("characters", characters));
  print(table.text());
  print(fmt::format(" {}, {:.1f} minutes; {} have an error; {} of the steps are blank; computed in {} of the time\n",
                    counted(r.clips, "clip"), r.seconds / 60, figure_text(figure::kSer, r.model[figure::kSer]),
                    r.blanks ? fmt::format("{:.0f}%", 100 * *r.blanks) : "none",
                    r.real_time ? fmt::format("1/{:.0f}", 1 / *r.real_time) : "no"));
  if (listening)
    print(fmt::format(
        " listening on one thread: {:.2f} ms for every 20 ms of sound ({:.2f} in 99 of 100); {:.1f} ms from the last sample "
        "to the text, {:.1f} at most\n",
        listening->portion_ms, listening->portion_99_ms, listening->text_ms, listening->text_longest_ms));
  if (r.spotted)
    print(fmt::format(" listed words: {} of {} found, {} ({:.1f} an hour)\n", grouped(r.spotted->found),
                      grouped(r.spotted->said), counted(r.spotted->false_alarms, "false alarm"), r.false_alarms_per_hour()));
  const std::vector<Confusion> wrong = confusions(r.errors);
  if (wrong.empty()) return;
  std::vector<std::string> texts;
  for (const Confusion& c : wrong) texts.push_back(confusion_text(c));
  print(fmt::format(" misheard: {}\n worst:\n", fmt::join(texts, ", ")));
  for (const RecognitionErrors::Utterance* u : r.errors.worst(kWorst)) {
    if (u->words.errors() == 0) break;
    print(fmt::format("  {}\n    said   {}\n    heard  {}\n", u->name, u->reference, u->hypothesis));
  }
}

// The clips that the model was chosen by, if they are among `clips`: weights are chosen on them, too. Else all.
std::vector<Clip> clips_to_tune_on(std::vector<Clip> clips, const ModelFile& file) {
  std::vector<std::string> names;
  if (file.about.contains("data")) names = file.about.at("data").value("valid_clips", names);
  const std::set<std::string> wanted(names.begin(), names.end());
  std::vector<Clip> chosen;
  for (const Clip& clip : clips) {
    if (wanted.count(clip.id) > 0) chosen.push_back(clip);
  }
  return chosen.empty() ? clips : chosen;
}

double print_tuned(const std::vector<TriedWeights>& tried, size_t clips, bool as_json) {
  const TriedWeights& best = best_weights(tried);
  if (as_json) {
    ordered_json json = {{"alpha", best.alpha}, {"beta", best.beta}, {"wer", best.wer}, {"cer", best.cer}, {"clips", clips}};
    for (const TriedWeights& t : tried)
      json["tried"].push_back({{"alpha", t.alpha}, {"beta", t.beta}, {"wer", t.wer}, {"cer", t.cer}});
    print(json_line(json));
    return best.wer;
  }
  Table table({"alpha", "beta", "WER", "CER"});
  for (const TriedWeights& t : tried)
    table.add({fmt::format("{:g}", t.alpha), fmt::format("{:g}", t.beta), fmt::format("{:.2f}%", 100 * t.wer),
               fmt::format("{:.2f}%", 100 * t.cer)});
  print(table.text() + fmt::format(" best on {}: --alpha {:g} --beta {:g}; report errors on others\n",
                                   counted(clips, "clip"), best.alpha, best.beta));
  return best.wer;
}

}  // namespace

double eval_speech(ModelFile file, const std::vector<std::string>& data, const SpeechEvalArguments& a) {
  const SpeechModel speech = speech_model(file);
  const ClipSet set = read_clips(data, {.rules = speech.front.rules});
  Pool pool(static_cast<int>(a.threads));
  ready_model(file, pool);
  std::vector<LeftOut> left_out;
  std::vector<Clip> clips = clips_of(set, a.speakers);
  if (a.tune && a.speakers.empty()) clips = clips_to_tune_on(std::move(clips), file);
  FloatStore store(half_of_memory());
  const SpeechPart part = hear(speech.front, *file.tokenizer, std::move(clips), {1}, pool, &left_out, store);
  for (const LeftOut& l : left_out) say(fmt::format("note: {} is left out: it {}", l.clip, l.reason));
  if (part.clips.empty())
    throw Error(Exit::data, "data/no_audio", "no clip is left to be measured",
                "rnn data check names what is wrong with each of them");
  std::optional<SpeechSearch> search;
  if (a.search.wanted()) search.emplace(a.search, speech, pool);
  SpeechEvaluation how;
  if (search) how.beam = search->options(), how.words = search->words();
  how.reject = a.search.reject;
  if (a.tune) return print_tuned(tune_search(speech, part, pool, *how.beam), part.clips.size(), a.json);
  const SpeechReport report = evaluate_speech(speech, part, pool, how);
  RecognizerOptions listener;
  listener.beam = how.beam, listener.reject = how.reject;
  const std::optional<ListeningTimes> listening = time_listening(speech, listener, part.clips);
  const Rate words = rate_of(report.errors.words()), characters = rate_of(report.errors.characters());
  if (!a.output.empty()) {
    std::string table = "clip,reference,heard,errors,words\n";
    for (const RecognitionErrors::Utterance& u : report.errors.utterances())
      table += fmt::format("{},{},{},{},{}\n", table_cell(u.name), table_cell(u.reference), table_cell(u.hypothesis),
                           u.words.errors(), u.words.reference);
    write_table(a.output, table);
  }
  a.json ? print_speech_json(report, words, characters, listening, left_out)
         : print_speech_table(report, words, characters, listening);
  return words.pooled.rate();
}

}  // namespace rnn::core::app
