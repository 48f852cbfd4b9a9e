// Why: pairs of dates, a run on them, and its results, as rnn demo shows them.
#include "demo_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <unordered_set>

#include "base/file.h"
#include "data/pair_problems.h"
#include "inspect_translation.h"
#include "metrics/figures.h"
#include "next_words.h"
#include "outputs.h"
#include "pages/attention_map.h"
#include "pages/translation_page.h"
#include "runs.h"
#include "screen.h"
#include "tasks/training.h"
#include "tasks/translate/evaluate_pairs.h"

namespace rnn::core::app {
namespace {

constexpr size_t kTrained = 8000, kUnseen = 500;
constexpr std::string_view kLines[] = {"March 5th, 2021", "the 5th of March 2021", "5/3/2021"};

struct DatePairs {
  std::vector<Pair> train, unseen;
};

// `train` contains no source of `unseen` and none of kLines.
DatePairs make_pairs(uint64_t seed) {
  PairProblemOptions options;
  options.problem = PairProblem::dates;
  options.seed = seed;
  DatePairs pairs;
  std::unordered_set<std::string> sources;
  for (uint64_t i = 0; pairs.unseen.size() < kUnseen; ++i) {
    Pair pair = pair_example(options, i);
    if (std::find(std::begin(kLines), std::end(kLines), pair.source) != std::end(kLines)) continue;
    const bool fresh = sources.insert(pair.source).second, trains = pairs.train.size() < kTrained;
    if (trains || fresh) (trains ? pairs.train : pairs.unseen).push_back(std::move(pair));
  }
  return pairs;
}

void write_pairs(const std::string& path, const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) text += pair_line(pair);
  write_file_atomic(path, text);
}

RunRequest dates_request(const DemoPartRequest& demo, const std::string& data) {
  RunRequest request = part_request(demo);
  request.task = "translate";
  request.data = {data};
  request.model.tokens = "char";
  request.model.cell = "gru";
  request.model.hidden = 128;
  request.options.optimizer = "adamw";
  request.options.lr = 4e-3;
  request.options.schedule = "cosine";
  request.options.average = "ema";
  request.options.ema_decay = 0.99;
  request.options.batch = 64;
  request.options.epochs = 10;
  request.options.patience = 0;
  return request;
}

// The model's results on unseen dates, next to simple baselines.
std::string right_table(Translator& translator, const DatePairs& pairs, WorthRow& worth) {
  std::vector<std::string> lines;
  for (const Pair& pair : pairs.unseen) lines.push_back(pair.source);
  std::vector<ResultRow> rows = free_translations(pairs.train, pairs.unseen);
  rows.insert(rows.begin(), translation_row("this model", first_texts(translator.translate(lines, {})), pairs.unseen));
  Table table({fmt::format("{} dates that it has never seen", kUnseen), "right"});
  for (const ResultRow& row : rows) table.add({row.name, figure_text(figure::kExact, row[figure::kExact])});
  worth = {"rewriting dates", fmt::format("right of {} unseen", kUnseen), "", "GRU with attention", 0, 0, true, true};
  worth.network_value = rows[0][figure::kExact].value_or(0);
  for (size_t i = 1; i < rows.size(); ++i) {
    const double right = rows[i][figure::kExact].value_or(0);
    if (worth.simple.empty() || right > worth.simple_value) worth.simple = rows[i].name, worth.simple_value = right;
  }
  return table.text();
}

// A translation and the tokens of the source, with the attention of each target token.
struct Look {
  std::vector<int32_t> source, target;
  Matrix<float> weights;  // [target, source]
};

// A column for each source token, a row for each generated token: the darker a block, the larger the weight.
std::string terminal_map(const Tokenizer& tokenizer, const Look& look) {
  constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
  const auto mark = [&](int32_t id) { return id == tokenizer.newline_id() ? "↵" : marked_piece(tokenizer, id); };
  std::string text = "      ";
  for (const int32_t id : look.source) text += mark(id);
  text += "\n";
  for (int t = 0; t < look.weights.rows(); ++t) {
    text += "    " + mark(look.target[static_cast<size_t>(t)]) + " ";
    for (int j = 0; j < look.weights.cols(); ++j)
      text += kShades[std::lround(4 * std::clamp(look.weights(t, j), 0.0f, 1.0f))];
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string drawn_map(const Tokenizer& tokenizer, const Look& look, const std::string& title) {
  svg::AttentionMap map;
  map.id = "dates", map.title = title, map.standalone = true;
  map.description = "A column for each character of the date that was read, a row for each character that was written.";
  for (const int32_t id : look.source) map.source.push_back(shown_piece(tokenizer, id));
  for (const int32_t id : look.target) map.target.push_back(shown_piece(tokenizer, id));
  map.weights = &look.weights;
  return svg::attention_map(map);
}

void show_line(Translator& translator, const std::string& line, const std::string& drawing) {
  const Translation found = translator.translate({line}, {})[0][0];
  print(fmt::format("\n {} -> {}\n", line, found.text));
  const Look look{encode_line(translator.tokenizer(), line), found.ids, translator.align(line, found)};
  if (look.weights.size() == 0) return;  // no translation was found
  print(terminal_map(translator.tokenizer(), look));
  require_output(drawing, Output::drawing, std::nullopt);
  write_file_atomic(drawing, drawn_map(translator.tokenizer(), look, fmt::format("{} -> {}", line, found.text)));
}

// A page about the first of kLines, in the run's folder.
core::Part date_page(const std::filesystem::path& folder, Pool& pool) {
  ModelFile file = load_model(folder.string());
  const std::string line(kLines[0]), page = (folder / "explain.html").string();
  const TranslationExplanation e = look_at_translation(file, line, kWidestBeam, 5, pool);
  require_output(page, Output::page, std::nullopt);
  write_file_atomic(page, translation_page(e));
  const std::string written = e.translations.empty() ? "no date" : e.translations[0].text;
  return {"dates", line, written, (folder.filename() / "explain.html").string(), {}, {}, {}, {}};
}

}  // namespace

std::optional<DemoFound> demo_dates(const DemoPartRequest& demo) {
  const DatePairs pairs = make_pairs(demo.seed);
  const std::filesystem::path folder = part_folder(demo.folder);
  const std::string data = (folder / "train.tsv").string();
  write_pairs(data, pairs.train);
  write_pairs((folder / "unseen.tsv").string(), pairs.unseen);
  say("\n" + strong("dates", Stream::error));
  const std::optional<RunResult> result = train_part(demo, dates_request(demo, data));
  if (!result) return std::nullopt;

  DemoFound found;
  ModelFile file = load_model(demo.folder);
  Pool pool(demo.threads);
  Translator translator(file, {}, pool);
  say("");
  print(strong("dates", Stream::output) + "\n" + right_table(translator, pairs, found.worth));
  int number = 0;
  for (const std::string_view line : kLines)
    show_line(translator, std::string(line), (folder / fmt::format("attention-{}.svg", ++number)).string());
  print(key_line("maps", (folder / "attention-1.svg").string() + " and so on") + "\n");
  add_costs(found.worth, *result);
  found.part = date_page(folder, pool);
  flush_output();
  return found;
}

}  // namespace rnn::core::app
