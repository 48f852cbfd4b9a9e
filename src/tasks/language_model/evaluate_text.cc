// Why: one figure per text, next to the baselines, and one figure per line for a closer look.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "heads/head.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "runs/evaluate_together.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/language_model/ngram_rows.h"
#include "text/arpa.h"

namespace rnn::core {
namespace {

constexpr int kWindow = 256;         // steps at a time: affects memory, not results
constexpr size_t kLinesAtOnce = 32;  // lines at a time: affects memory, not results

// Each line that is not blank, with its end of line; `number`[i]: line number of sentence i.
std::vector<std::vector<int32_t>> cut_lines(const Tokenizer& tokenizer, const std::vector<Document>& documents,
                                            EvalReport& report, std::vector<size_t>& number) {
  std::vector<std::vector<int32_t>> sentences;
  for (const auto& document : documents) {
    for (size_t begin = 0; begin < document.text.size();) {
      const size_t end = std::min(document.text.find('\n', begin), document.text.size());
      EvalReport::Line line;
      line.text = document.text.substr(begin, end - begin);
      std::vector<int32_t> ids = tokenizer.encode(line.text + "\n");
      if (ids.size() > 1) {
        line.tokens = static_cast<int64_t>(ids.size());
        line.unknown = std::count(ids.begin(), ids.end(), tokenizer.unknown_id());
        number.push_back(report.lines_report.size());
        sentences.push_back(std::move(ids));
      }
      report.lines_report.push_back(std::move(line));
      begin = end + 1;
    }
  }
  return sentences;
}

// Each line alone, from a zero state, many at a time.
void evaluate_lines(const ModelFile& file, const std::vector<Document>& documents, Pool& pool, EvalReport& report) {
  const FlushDenormals flush;
  const Tokenizer& tokenizer = *file.tokenizer;
  std::vector<size_t> number;
  const std::vector<std::vector<int32_t>> sentences = cut_lines(tokenizer, documents, report, number);
  Arena arena;
  for (size_t first = 0; first < sentences.size(); first += kLinesAtOnce) {
    const size_t count = std::min<size_t>(kLinesAtOnce, sentences.size() - first);
    std::vector<int> lengths;
    for (size_t i = 0; i < count; ++i) lengths.push_back(Seq::checked_length(sentences[first + i].size()));
    Batch batch;
    batch.in.seq = Seq::ragged(lengths);
    const Seq& seq = batch.in.seq;
    batch.in.ids.resize(seq.rows()), batch.to.ids.resize(seq.rows());
    std::vector<double> losses;
    const auto each = [&](auto&& f) {
      for (int t = 0; t < seq.steps(); ++t) {
        for (int r = 0; r < seq.active(t); ++r) f(seq.start[t] + r, first + seq.order[r], t);
      }
    };
    each([&](int row, size_t sentence, int t) {
      batch.in.ids[row] = t == 0 ? tokenizer.newline_id() : sentences[sentence][t - 1];
      batch.to.ids[row] = sentences[sentence][t];
    });
    arena.clear();
    Context<float> context{pool, arena};
    State<float> state = file.model->initial(static_cast<int>(count));
    const View<float> h = file.model->forward_hidden(context, batch, state, nullptr);
    file.model->loss(context, h, batch.to, {0, &losses, nullptr, {}});
    each([&](int row, size_t sentence, int) { report.lines_report[number[sentence]].loss += losses[row]; });
    for (size_t i = first; i < first + count; ++i)
      report.lines_report[number[i]].loss /= static_cast<double>(sentences[i].size());
  }
}

constexpr int kAdaptWindow = 20;  // tokens of running text between updates of the weights

// The text in its order as one stream: windows of running text, or one line after another, each from a zero state.
std::vector<Batch> segments_of(const TokenDocuments& tokens, const Tokenizer& tokenizer, bool sentences) {
  std::vector<Batch> segments;
  Batch batch;
  if (!sentences) {
    const auto batcher = evaluation_batcher(tokens, tokenizer, 1, kAdaptWindow, false);
    batcher->start_epoch(0);
    while (batcher->next(batch)) segments.push_back(batch);
    return segments;
  }
  for (const auto& sentence : sentences_of(tokens, tokenizer.newline_id())) {
    if (sentence.empty()) continue;
    batch.in.seq = Seq::uniform_batch(1, Seq::checked_length(sentence.size()));
    batch.to.ids = sentence;
    batch.in.ids.assign(1, tokenizer.newline_id());
    batch.in.ids.insert(batch.in.ids.end(), sentence.begin(), sentence.end() - 1);
    segments.push_back(batch);
  }
  return segments;
}

// Dynamic evaluation uses a separate copy of the model, whose weights change.
void add_adapted(ModelFile& file, const std::vector<Batch>& segments, const Adaptation& how, const ByteRate& rate,
                 Pool& pool, EvalReport& report) {
  const auto add = [&](const std::string& name, Model<float>& model, const Adaptation& adaptation) {
    const double loss = evaluate_adapted(model, segments, adaptation, pool).loss();
    report.adapted.push_back(text_row(name, loss, rate));
  };
  const auto moving = [&](const std::string& name, const Adaptation& adaptation) {
    const ModelFile fresh = load_model(file.path);
    add(name, *fresh.model, adaptation);
  };
  const bool cache = how.cache.size > 0, dynamic = how.dynamic.rate > 0;
  if (cache) add("with a cache", *file.model, {how.cache, {}});
  if (dynamic) moving("learning on", {{}, how.dynamic});
  if (cache && dynamic) moving("both", how);
}

// N-grams of the run's training text, if that text has not changed.
void add_ngrams(const ModelFile& file, const TokenDocuments& tokens, bool sentences, const ByteRate& rate,
                EvalReport& report) {
  const nlohmann::json& about = file.about;
  const auto data = about.find("data"), options = about.find("options");
  if (data == about.end() || options == about.end()) {
    report.note = "no n-gram rows: the model file does not name its training data";
    return;
  }
  try {
    const double share = options_from_json(*options).train.valid_share;
    const RunText text = read_run_text(data->at("train"), data->at("valid"), share);
    if (text.hash != data->at("hash")) {
      report.note = "no n-gram rows: the training text has changed since the training";
      return;
    }
    report.baselines =
        ngram_rows(encode_documents(*file.tokenizer, text.train), tokens, *file.tokenizer, sentences, rate, &report.note);
  } catch (const Error& e) {
    report.note = std::string("no n-gram rows: the training text cannot be read (") + e.what() + ")";
  } catch (const nlohmann::json::exception&) {
    report.note = "no n-gram rows: the description of the training text in the model file is damaged";
  }
}

}  // namespace

EvalReport evaluate_text(ModelFile& file, const std::string& path, const EvalOptions& options) {
  Pool own_pool(options.pool ? 1 : options.threads);
  Pool& pool = options.pool ? *options.pool : own_pool;
  ready_language_model(file, pool, "rnn eval evaluates language models; rnn info shows what the file is");
  const std::vector<Document> documents = read_text(path);
  const Tokenizer& tokenizer = *file.tokenizer;
  const bool sentences = reads_sentences(file);
  const TokenDocuments tokens = encode_documents(tokenizer, documents);
  std::optional<ArpaModel> ngram;  // read first: a file that does not fit is reported before the work begins
  const ArpaWords words = arpa_words(tokenizer);
  if (!options.ngram.empty()) ngram.emplace(read_arpa(options.ngram, &words));
  EvalReport report;
  for (const auto& document : documents) report.lines += std::count(document.text.begin(), document.text.end(), '\n');
  for (const auto& document : tokens) report.unknown += std::count(document.begin(), document.end(), tokenizer.unknown_id());
  const auto batcher = evaluation_batcher(tokens, tokenizer, 1, kWindow, sentences);
  Evaluation result;
  std::optional<TogetherEvaluation> several;
  if (options.with.files.empty()) {
    result = evaluate(*file.model, *batcher, pool, 0, options.cancel);
  } else {
    several = evaluate_together(file, options.with, *batcher, pool);
    result = several->alone[0];
  }
  report.tokens = result.tokens;
  report.bytes = bytes_of(documents);
  const ByteRate rate = byte_rate_of(tokenizer, documents, result.tokens);
  report.model = text_row("this model", result.loss(), rate);
  for (size_t i = 0; i < options.with.files.size(); ++i)
    report.others.push_back(text_row(options.with.files[i]->path, several->alone[i + 1].loss(), rate));
  if (several) report.others.push_back(text_row("together", several->together.loss(), rate));
  const Adaptation& how = options.adaptation;
  if (how.cache.size > 0 || how.dynamic.rate > 0)
    add_adapted(file, segments_of(tokens, tokenizer, sentences), how, rate, pool, report);
  if (options.baselines) {
    add_ngrams(file, tokens, sentences, rate, report);
    std::string all;
    for (const auto& document : documents) all += document.text;
    report.baselines.push_back(zstd_row(all));
  }
  if (ngram) {
    const double loss = ngram_loss(*ngram, ngram_streams(tokens, tokenizer, sentences), tokenizer.newline_id());
    const std::string name = std::filesystem::path(options.ngram).filename().string();
    report.baselines.insert(report.baselines.begin(), text_row(name, loss, rate));
  }
  if (options.per_line) evaluate_lines(file, documents, pool, report);
  return report;
}

}  // namespace rnn::core
