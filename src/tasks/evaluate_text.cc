// Why: one figure per text, with the honest rows beside it, and one figure per line for those who look closer.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "tasks/language_model.h"
#include "tasks/run_data.h"

namespace rnn {
namespace {

constexpr int kWindow = 256;  // steps at a time: memory, not results, depend on it

void require_language_model(const ModelFile& file) {
  if (!file.tokenizer || !file.model->is_language_model()) {
    throw Error(Exit::model, "model/task", file.path + " is a bare recurrent model, not a language model",
                "rnn eval measures language models; rnn info shows what the file is");
  }
}

// Each line alone, from the zero state, many at a time.
void evaluate_lines(const ModelFile& file, const std::vector<Document>& documents, Pool& pool, EvalReport& report) {
  const Tokenizer& tokenizer = *file.tokenizer;
  std::vector<std::vector<int32_t>> sentences;
  for (const auto& document : documents) {
    for (size_t begin = 0; begin < document.text.size();) {
      const size_t end = std::min(document.text.find('\n', begin), document.text.size());
      EvalReport::Line line;
      line.text = document.text.substr(begin, end - begin);
      sentences.push_back(tokenizer.encode(line.text + "\n"));
      line.tokens = static_cast<int64_t>(sentences.back().size());
      line.unknown = std::count(sentences.back().begin(), sentences.back().end(), tokenizer.unknown_id());
      report.lines_report.push_back(std::move(line));
      begin = end + 1;
    }
  }
  Arena arena;
  for (size_t first = 0; first < sentences.size(); first += 32) {
    const size_t count = std::min<size_t>(32, sentences.size() - first);
    std::vector<int> lengths;
    for (size_t i = 0; i < count; ++i) lengths.push_back(static_cast<int>(sentences[first + i].size()));
    const Seq seq = Seq::ragged(lengths);
    std::vector<int32_t> inputs(seq.rows()), targets(seq.rows());
    std::vector<double> losses(seq.rows());
    const auto each = [&](auto&& f) {
      for (int t = 0; t < seq.steps(); ++t) {
        for (int r = 0; r < seq.active(t); ++r) f(seq.start[t] + r, first + seq.order[r], t);
      }
    };
    each([&](int row, size_t sentence, int t) {
      inputs[row] = t == 0 ? tokenizer.newline_id() : sentences[sentence][t - 1];
      targets[row] = sentences[sentence][t];
    });
    arena.clear();
    Context<float> context{pool, arena};
    State<float> state = file.model->initial(static_cast<int>(count));
    const View<float> logits = file.model->forward(context, seq, inputs.data(), state, nullptr);
    context.kernels.softmax_cross_entropy(pool, {logits, targets.data(), nullptr, 0, false, losses.data(), nullptr});
    each([&](int row, size_t sentence, int) { report.lines_report[sentence].loss += losses[row]; });
    for (size_t i = first; i < first + count; ++i) report.lines_report[i].loss /= static_cast<double>(std::max<int64_t>(1, report.lines_report[i].tokens));
  }
}

// The trigram of the run's own training text, if that text is still what it was.
void add_trigram(const ModelFile& file, const TokenDocuments& tokens, bool sentences, double factor, EvalReport& report) {
  try {
    const auto data = file.about.at("data");
    const auto options = file.about.at("options");
    const double share = std::stod(options.at("train").value("valid-share", std::string("0.05")));
    const RunText text = read_run_text(data.at("train"), data.at("valid"), share);
    if (text.hash != data.at("hash")) {
      report.note = "no trigram row: the training text has changed since";
      return;
    }
    const double loss = trigram_loss(encode_documents(*file.tokenizer, text.train), tokens, *file.tokenizer, sentences);
    report.baselines.push_back({"trigram", loss, std::exp(loss), loss * factor});
  } catch (const std::exception&) {
    report.note = "no trigram row: the training text is not at hand";
  }
}

}  // namespace

EvalReport evaluate_text(ModelFile& file, const std::string& path, const EvalOptions& options) {
  require_language_model(file);
  const std::vector<Document> documents = read_text(path);
  Pool pool(options.threads);
  file.model->pack(pool, false);
  const Tokenizer& tokenizer = *file.tokenizer;
  const bool sentences = file.about.value("mode", "") == "sentence";
  const TokenDocuments tokens = encode_documents(tokenizer, documents);
  EvalReport report;
  for (const auto& document : documents) report.lines += std::count(document.text.begin(), document.text.end(), '\n');
  for (const auto& document : tokens) report.unknown += std::count(document.begin(), document.end(), tokenizer.unknown_id());
  const auto batcher = evaluation_batcher(tokens, tokenizer, 1, kWindow, sentences);
  const Evaluation result = evaluate(*file.model, *batcher, pool);
  report.tokens = result.tokens;
  report.bytes = bytes_of(documents);
  const double factor = bits_per_byte_factor(result.tokens, report.bytes);
  report.model = {"this model", result.loss(), std::exp(result.loss()), result.loss() * factor};
  if (options.baselines) {
    add_trigram(file, tokens, sentences, factor, report);
    std::string all;
    for (const auto& document : documents) all += document.text;
    report.baselines.push_back({"zstd -19", -1, -1, zstd_bits_per_byte(all)});
  }
  if (options.per_line) evaluate_lines(file, documents, pool, report);
  return report;
}

}  // namespace rnn
