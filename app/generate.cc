// Why: rnn generate: the likeliest next words, or generated text, from a prompt or a saved state.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "events/terminal.h"
#include "interactive.h"
#include "io/ready_model.h"
#include "line_reader.h"
#include "next_words.h"
#include "outputs.h"
#include "screen.h"
#include "with_models.h"
#include "write_together.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

struct GenerateArguments {
  std::string model, prompt, save_state, load_state, length_rule = "power";
  int64_t top = 0, samples = 1, seed = 1, top_k = 0, threads = 1;
  int64_t beam = 0, n_best = 1, no_repeat = 0, min_tokens = 0, cache = 0;
  bool json = false, interactive = false, force = false;
  ContinueOptions write;
  WithArguments with;
  CacheOptions cached;
};

void declare(Command& command, GenerateArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file");
  command.flag("-i,--interactive", &a.interactive,
               "read line after line and continue each with the same state; /help lists commands");
  command.text("-p,--prompt", &a.prompt, "TEXT", "text to continue; -: each line of standard input is a prompt");
  command.whole("--top", &a.top, {1, 1e6}, "N", "only show the N likeliest next tokens");
  command.whole("-n,--tokens", &a.write.tokens, {0, 1e12}, "N", "tokens to generate (60)");
  command.real("--temperature", &a.write.sampling.temperature, {0, 100}, "T", "0: always the likeliest; 1: as learnt (0.8)");
  command.real("--top-p", &a.write.sampling.top_p, {0, 1, true, false}, "P",
               "sample from the likeliest tokens that make up P (0.95)");
  command.whole("--beam", &a.beam, {1, 1024}, "N", "search for the likeliest text with N hypotheses instead of sampling");
  command.text("--stop", &a.write.stop, "TEXT", "stop after this text; \\n is an end of line; empty: at no text");
  command.whole("-s,--seed", &a.seed, {0, 9e15}, "N", "same seed, same text (1)");
  command.flag("--json", &a.json, "JSON lines on standard output");
  command.more();
  command.text("--prefix", &a.write.prefix, "TEXT", "the generated text begins with TEXT, character by character");
  command.whole("--top-k", &a.top_k, {0, 1 << 24}, "K", "sample from the K likeliest; 0: all (0)");
  command.whole("--n-best", &a.n_best, {1, 1024}, "N",
                "with --beam: show the N best texts with their log-probabilities (1)");
  command.real("--length-penalty", &a.write.search.alpha, {0, 10}, "A",
               "with --beam: compare log-probability / length^A; 1: per token, 0: the whole text (0)");
  command.text("--length-rule", &a.length_rule, "RULE", "with --beam: power, or wu: ((5 + length) / 6)^A (power)");
  command.whole("--no-repeat", &a.no_repeat, {0, 1024}, "N",
                "with --beam: no sequence of N tokens occurs twice; 0: off (0)");
  command.whole("--min-tokens", &a.min_tokens, {0, 1 << 20}, "N", "with --beam: --stop applies after N tokens (0)");
  a.with.declare(command, "form an ensemble with this model: the mean of the probabilities; may be repeated");
  a.with.declare_weights(command);
  command.whole("--cache", &a.cache, {0, 1e6}, "N", "the last N tokens vote for what followed them (0)");
  command.real("--cache-weight", &a.cached.weight, {0, 1}, "W", "share of the cache in the prediction (0.1)");
  command.real("--cache-sharpness", &a.cached.sharpness, {0, 1e3}, "S", "above 0: similar states count more (0.3)");
  command.whole("--samples", &a.samples, {1, 1e6}, "N", "continuations of each prompt (1)");
  command.real("--min-p", &a.write.sampling.min_p, {0, 1}, "P",
               "drop tokens less than P times as likely as the likeliest (0)");
  command.real("--typical", &a.write.sampling.typical_p, {0, 1, true, false}, "P",
               "sample from tokens of about average surprise that make up P; 1: all (1)");
  command.real("--repetition-penalty", &a.write.sampling.repetition_penalty, {0, 100, true, false}, "R",
               "above 1: the last 64 tokens become less likely (1)");
  command.text("--save-state", &a.save_state, "FILE",
               "save the state after reading and generating; without -n nothing is generated");
  command.text("--load-state", &a.load_state, "FILE", "load a saved state");
  command.flag("--force", &a.force, "with --save-state: overwrite a file that is no saved state");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (1)");
  command.example("rnn generate runs/story-001 -p \"The cat is\" --top 5");
  command.example("rnn generate runs/story-001 -p \"The cat is\" -n 60 --temperature 0.8 --stop \".\" --seed 7");
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    const bool escape = next == 'n' || next == 't' || next == '\\';
    out += escape ? (next == 'n' ? '\n' : next == 't' ? '\t' : '\\') : text[i];
    i += escape;
  }
  return out;
}

void say_unknown(const std::vector<std::string>& unknown) {
  if (unknown.empty()) return;
  say(fmt::format("note: the model does not know {}", fmt::join(unknown, ", ")));
}

std::string text_line(const std::string& prompt, const std::string& text, int64_t tokens, int64_t sample, int64_t seed,
                      const std::vector<std::string>& unknown) {
  return json_line({{"type", "text"},
                    {"prompt", prompt},
                    {"text", text},
                    {"tokens", tokens},
                    {"sample", sample},
                    {"seed", seed},
                    {"unknown", unknown}});
}

// Texts as people read them, or as JSON lines.
class GeneratedTexts final : public WritingDisplay {
 public:
  explicit GeneratedTexts(const GenerateArguments& a) : a_(a) {}
  void begin(const WritingJob& job) override {
    if (a_.json) return;
    if (job.sample == 0) say_unknown(job.unknown);
    if (job.sample > 0) print("\n");
    print(job.prompt);
  }
  void piece(const WritingJob&, const std::string& text) override {
    if (!a_.json && !text.empty()) print(text), flush_output();
  }
  void end(const WritingJob& job, const std::string& whole, int64_t tokens) override {
    if (a_.json) {
      print(text_line(job.prompt, whole, tokens, job.sample, a_.seed, job.unknown));
    } else if (whole.empty() || whole.back() != '\n') {
      print("\n");
    }
    flush_output();
  }

 private:
  const GenerateArguments& a_;
};

// One prompt, read after the current state of the writer.
class PromptRun {
 public:
  PromptRun(Writer& writer, const GenerateArguments& a, std::string prompt)
      : writer_(writer), a_(a), prompt_(std::move(prompt)) {}

  void run() {
    if (!prompt_.empty()) unknown_ = writer_.read(prompt_);
    const bool found = a_.n_best > 1 || (a_.beam > 0 && a_.json), writes = a_.top == 0 && a_.write.tokens > 0 && !found;
    if (!a_.json && !writes) say_unknown(unknown_);
    if (a_.top > 0) return show_next();
    if (a_.write.tokens == 0) return;
    if (found) return show_found();
    const Writer::Mark start = writer_.mark();
    for (int64_t i = 0; i < a_.samples; ++i) {
      if (i > 0) writer_.rewind(start);
      write(i);
    }
  }

 private:
  void show_next() {
    if (!a_.json) return print(next_words_table(writer_, prompt_, static_cast<int>(a_.top)));
    ordered_json next = ordered_json::array();
    for (const Candidate& c : writer_.top(static_cast<int>(a_.top))) {
      next.push_back({{"token", writer_.tokenizer().piece(c.id)}, {"id", c.id}, {"probability", c.probability}});
    }
    print(json_line({{"type", "next"}, {"prompt", prompt_}, {"unknown", unknown_}, {"next", next}}));
  }

  // Then reads the best one.
  void show_found() {
    const std::vector<FoundText> found = search(writer_, a_.write);
    for (size_t i = 0; i < found.size(); ++i) {
      const FoundText& f = found[i];
      if (!a_.json) {
        print(fmt::format("{:9.3f}  {}\n", f.log_prob, printable(prompt_ + f.text)));
        continue;
      }
      print(json_line({{"type", "text"},
                       {"prompt", prompt_},
                       {"text", f.text},
                       {"tokens", f.ids.size()},
                       {"rank", i},
                       {"log_prob", f.log_prob},
                       {"score", f.score},
                       {"finished", f.finished},
                       {"unknown", unknown_}}));
    }
    if (!found.empty()) writer_.take(found[0]);
    flush_output();
  }

  void write(int64_t sample) {
    const Random random(static_cast<uint64_t>(a_.seed), Purpose::sample, static_cast<uint32_t>(sample));
    const WritingJob job{nullptr, prompt_, unknown_, sample};
    GeneratedTexts display(a_);
    display.begin(job);
    std::string text;
    const int64_t tokens = write_on(writer_, a_.write, random, [&](std::string_view piece) {
      text += piece;
      display.piece(job, std::string(piece));
    });
    display.end(job, text, tokens);
  }

  Writer& writer_;
  const GenerateArguments& a_;
  std::string prompt_;
  std::vector<std::string> unknown_;
};

void check(const GenerateArguments& a) {
  const auto bad = [](const std::string& message) { throw Error(Exit::usage, "usage/option", message); };
  if (!a.save_state.empty() && a.samples > 1)
    bad("--save-state saves one state, but --samples asks for several continuations");
  if (a.interactive && a.prompt == "-") bad("-i reads standard input itself, and so does -p -");
  if (a.interactive && (a.json || a.top > 0 || a.samples > 1))
    bad("-i shows text and does not accept --json, --top or --samples");
  if (!a.save_state.empty() && a.prompt == "-") bad("--save-state saves one state, but -p - reads several prompts");
}

void check_search(const Command& command, const GenerateArguments& a) {
  const auto bad = [](const std::string& message) { throw Error(Exit::usage, "usage/option", message); };
  const bool searches = a.beam > 0;
  for (const char* flag : {"--n-best", "--length-penalty", "--length-rule", "--no-repeat", "--min-tokens"}) {
    if (!searches && command.given(flag)) bad(fmt::format("{} is for a search: it needs --beam", flag));
  }
  for (const char* flag : {"--temperature", "--top-k", "--top-p", "--min-p", "--typical", "--repetition-penalty",
                           "--samples", "--top", "--cache"}) {
    if (searches && command.given(flag))
      bad(fmt::format("--beam searches for the likeliest text and does not accept {}", flag));
  }
  if (a.n_best > a.beam && searches) bad(fmt::format("--n-best is {}, but --beam keeps {}", a.n_best, a.beam));
  if (a.n_best > 1 && a.interactive) bad("-i continues one text and does not accept --n-best");
  if (searches && a.write.tokens > 1 << 20) bad("--beam keeps every hypothesis: -n is at most 1048576");
  if (a.min_tokens > 0 && a.write.stop.empty()) bad("--min-tokens delays --stop, but there is no --stop");
  if (a.length_rule != "power" && a.length_rule != "wu")
    bad(fmt::format("--length-rule is '{}', it must be one of power, wu", a.length_rule));
  if (!a.write.prefix.empty() && a.top > 0) bad("--top shows the next tokens regardless of --prefix: give only one of them");
  for (const char* flag : {"--cache-weight", "--cache-sharpness"}) {
    if (a.cache == 0 && command.given(flag)) bad(fmt::format("{} is for a cache: it needs --cache", flag));
  }
}

// Prompts from standard input, side by side: as many as have come in.
void generate_together(ModelFile& file, Writer& writer, const GenerateArguments& a) {
  constexpr size_t kTogether = 64;
  Pool pool(static_cast<int>(a.threads));
  Engine engine(*file.model, &pool);
  WriteStream start(*file.tokenizer, file.model->initial(1), fresh_token(file), file.fingerprint);
  start.load(writer.mark().state);
  GeneratedTexts display(a);
  const std::atomic<int> never{0};
  LineReader reader({}, LineContent::data);
  const size_t lines = std::max<size_t>(1, kTogether / static_cast<size_t>(a.samples));
  for (std::vector<std::string> prompts; !(prompts = reader.next(lines, never)).empty();) {
    std::vector<WritingJob> jobs;
    for (const std::string& prompt : prompts) {
      for (int64_t sample = 0; sample < a.samples; ++sample) {
        WritingJob job{start.copy(), prompt, {}, sample};
        if (!prompt.empty()) job.unknown = job.stream->read(prompt);
        job.stream->write(a.write, Random(static_cast<uint64_t>(a.seed), Purpose::sample, static_cast<uint32_t>(sample)));
        jobs.push_back(std::move(job));
      }
    }
    write_together(engine, jobs, display);
  }
}

// One after the other, for what only a Writer does.
void generate_lines(Writer& writer, const GenerateArguments& a) {
  const Writer::Mark start = writer.mark();
  const std::atomic<int> never{0};
  LineReader reader({}, LineContent::data);
  for (std::vector<std::string> lines; !(lines = reader.next(1, never)).empty();) {
    writer.rewind(start);
    PromptRun(writer, a, lines[0]).run();
    flush_output();
  }
}

void load_memory(Writer& writer, const GenerateArguments& a) {
  const std::string bytes = read_file(a.load_state);
  writer.load_state(bytes);
  if (!Writer::says_its_model(bytes))
    say("note: this state does not say which model saved it, an older version wrote it; --save-state writes it anew");
  const bool kept = Writer::has_cache(bytes);
  if (kept && a.cache == 0) say("note: this state holds a cache, which is ignored; --cache N uses it");
  if (!kept && a.cache > 0) say("note: this state holds no cache; the cache starts empty");
}

}  // namespace

int run_generate(const Arguments& arguments) {
  GenerateArguments a;
  Command command("generate", "MODEL [-p TEXT] [options]", "likeliest next words, or text generated by a model");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  check(a);
  check_search(command, a);
  a.write.beam = static_cast<int>(a.beam);
  a.write.search.n_best = static_cast<int>(a.n_best);
  a.write.search.no_repeat = static_cast<int>(a.no_repeat);
  a.write.search.min_tokens = static_cast<int>(a.min_tokens);
  a.write.search.length_rule = a.length_rule == "wu" ? LengthRule::wu : LengthRule::power;
  a.cached.size = static_cast<int>(a.cache);
  a.write.prefix = unescaped(a.write.prefix);
  a.write.sampling.top_k = static_cast<int>(a.top_k);
  a.write.stop = unescaped(a.write.stop);
  if (!a.save_state.empty() && !a.interactive && !command.given("--tokens")) a.write.tokens = 0;

  if (!a.save_state.empty()) require_output(a.save_state, Output::state, a.force);
  ModelFile file = load_model(a.model);
  if (file.model->translates())
    throw Error(Exit::model, "model/task", file.path + " is a translator: it can only translate",
                "echo TEXT | rnn translate " + shell_line({a.model}));
  Writer writer(file, WriterOptions{static_cast<int>(a.threads), a.with.load(), a.cached});
  if (!a.load_state.empty()) load_memory(writer, a);
  if (a.prompt == "-") {
    const bool only_writer =
        a.top > 0 || a.beam > 0 || a.cache > 0 || a.write.tokens == 0 || a.samples > 64 || a.with.given();
    only_writer ? generate_lines(writer, a) : generate_together(file, writer, a);
    return 0;
  }
  if (a.interactive) {
    interact(writer, a.write, static_cast<uint64_t>(a.seed), a.prompt);
  } else {
    PromptRun(writer, a, a.prompt).run();
  }
  if (!a.save_state.empty()) {
    const std::string bytes = writer.save_state();
    write_file_atomic(a.save_state, bytes);
    say(fmt::format("state saved in {}, {}", a.save_state, bytes_text(static_cast<int64_t>(bytes.size()))));
  }
  return 0;
}

}  // namespace rnn::core::app
