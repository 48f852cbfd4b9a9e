// Why: the first two screens: the reader guesses the next word before the network does, and sees what such guessing is for.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/screens.h"
#include "pages/svg_parts.h"

namespace rnn::core::pages {
namespace {

std::string shown_next(const std::string& text) { return text == "↵" ? "end of line" : text; }

// The likeliest, the third and the fifth of what the network expects, in the order of the alphabet: none stands out.
std::vector<size_t> offered(const std::vector<WordChance>& next) {
  std::vector<size_t> places;
  for (const size_t i : {0, 2, 4})
    if (i < next.size()) places.push_back(i);
  std::sort(places.begin(), places.end(), [&](size_t a, size_t b) { return next[a].text < next[b].text; });
  return places;
}

std::string choices(const ModelExplanation& model, const Player& who, size_t t) {
  const std::vector<WordChance>& next = model.steps[t].next;
  std::string html = "<div class=\"choices\" role=\"group\" aria-label=\"Your guess\" hidden>\n";
  for (const size_t i : offered(next)) {
    const std::string word = in_quotes(shown_next(next[i].text));
    const std::string said =
        i == 0 ? fmt::format("{} guesses the same: {}, with {}.", sentence_start(who.the), word, share(next[0].p))
               : fmt::format("{} gives {} only {}; its own guess is {}, with {}.", sentence_start(who.the), word,
                             share(next[i].p), in_quotes(shown_next(next[0].text)), share(next[0].p));
    html += fmt::format("<button type=\"button\" aria-pressed=\"false\" data-said=\"{}\">{}</button>\n", escape(said),
                        escape(shown_next(next[i].text)));
  }
  return html + "</div>\n";
}

std::string expectations(const Explanation& all, const Players& who, size_t t) {
  std::string html = "<ul class=\"cards\">\n";
  for (size_t i = 0; i < all.models.size(); ++i) {
    const ModelExplanation& model = all.models[i];
    if (t >= model.steps.size()) continue;
    html +=
        fmt::format("<li class=\"card k{}\"><h3 class=\"name\">{}</h3>\n{}", who[i].style % svg::kStyles, name_key(who[i]),
                    next_words(model.steps[t].next, fmt::format("/models/{}/steps/{}/next", i, t), who[i].style));
    html += "<dl class=\"facts\">";
    if (model.val_perplexity)
      html += fact("Perplexity",
                   value(*model.val_perplexity, number(*model.val_perplexity), fmt::format("/models/{}/val_perplexity", i)));
    html += fact("Learned numbers", value(static_cast<double>(model.parameters), count(model.parameters),
                                          fmt::format("/models/{}/parameters", i)));
    html += "</dl></li>\n";
  }
  return html + "</ul>\n";
}

// ------------------------------------------------------------------------------------------------------------ what for

std::string sketch(const Part& part) {
  if (part.kind == "digits") {  // the shape of a sound; a drawing, not data
    std::string path;
    for (int i = 0; i < 40; ++i) {
      const double x = 4 + 4.8 * i, size = 22 * std::fabs(std::sin(0.42 * i) * std::sin(0.11 * i + 0.3)) + 1;
      path += fmt::format("M{} {}v{}", svg::at(x), svg::at(28 - size), svg::at(2 * size));
    }
    return "<svg class=\"sketch\" viewBox=\"0 0 200 56\" aria-hidden=\"true\"><path class=\"ln c5 solid\" d=\"" + path +
           "\"/></svg>\n";
  }
  if (part.past.empty() && part.next.empty()) return "";
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const auto* values : {&part.past, &part.next, &part.low, &part.high})
    for (const double v : *values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  const double n = static_cast<double>(part.past.size() + part.next.size());
  const auto x = [&](size_t i) { return 4 + 192 * static_cast<double>(i) / std::max(n - 1, 1.0); };
  const auto y = [&](double v) { return 52 - 48 * (v - low) / std::max(high - low, 1e-9); };
  std::string past, next, band;
  for (size_t i = 0; i < part.past.size(); ++i)
    past += fmt::format("{}{} {}", i == 0 ? "M" : "L", svg::at(x(i)), svg::at(y(part.past[i])));
  const size_t from = part.past.size();
  for (size_t i = 0; i < part.next.size(); ++i)
    next += fmt::format("{}{} {}", i == 0 ? "M" : "L", svg::at(x(from + i)), svg::at(y(part.next[i])));
  for (size_t i = 0; i < part.high.size(); ++i)
    band += fmt::format("{}{} {}", i == 0 ? "M" : "L", svg::at(x(from + i)), svg::at(y(part.high[i])));
  for (size_t i = part.low.size(); i-- > 0;) band += fmt::format("L{} {}", svg::at(x(from + i)), svg::at(y(part.low[i])));
  return fmt::format(
      "<svg class=\"sketch\" viewBox=\"0 0 200 56\" role=\"img\" aria-label=\"{}\"><path class=\"f2 wash\" "
      "d=\"{}{}\"/><path "
      "class=\"ln c5 solid\" d=\"{}\"/><path class=\"ln c2 solid\" d=\"{}\"/></svg>\n",
      "values so far, then the forecast with its band", band, band.empty() ? "" : "z", past, next);
}

struct PartWords {
  std::string_view kind, title, does;
};
constexpr PartWords kPartWords[] = {{"text", "Text", "continues a sentence"},
                                    {"dates", "Translation", "rewrites a date"},
                                    {"digits", "Speech", "hears a spoken digit"},
                                    {"series", "Time series", "forecasts, with a band"}};

}  // namespace

std::string guess_sentence(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  const size_t best = best_model(all.models);
  const ModelExplanation& model = all.models[best];
  const size_t t = guess_step(model);
  if (model.steps.empty() || model.steps[t].next.empty()) return "";
  const WordChance& next = model.steps[t].next[0];
  const std::string p = value(next.p, share(next.p), fmt::format("/models/{}/steps/{}/next/0/p", best, t));
  std::string text = fmt::format("{} guesses {} and gives it {}.", sentence_start(escape(who[best].the)),
                                 in_quotes(escape(shown_next(next.text))), p);
  if (all.lines > 0)
    text += fmt::format(
        " It has read {} of text and nothing else",
        value(static_cast<double>(all.lines), count(all.lines), "/lines") + (all.lines == 1 ? " line" : " lines"));
  const std::vector<StateDistance>& distances = model.distances;
  const bool named =
      nouns_of(model.tokenizer).words && !distances.empty() && static_cast<size_t>(distances[0].position) <= t;
  if (named) {
    text += fmt::format("{} nobody told it what {} means.", all.lines > 0 ? ";" : " By the way,",
                        in_quotes(escape(distances[0].word)));
  } else {
    text += all.lines > 0 ? "; nobody told it any rule of grammar or spelling." : "";
  }
  return text;
}

std::string guess_screen(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  const size_t best = best_model(all.models);
  const ModelExplanation& model = all.models[best];
  const Nouns noun = nouns_of(model.tokenizer);
  const size_t t = guess_step(model);
  if (model.steps.empty() || model.steps[t].next.empty()) return "";
  Screen parts{"guess", noun.words ? "Guess the next word" : "Guess what comes next", "", "", "", ""};
  const std::string begin = noun.words ? words_until(model, t) : all.prompt;
  parts.picture = fmt::format(
      "<div class=\"guess\">\n<p class=\"begin\">{} <span class=\"gap\" aria-hidden=\"true\">&nbsp;</span></p>\n{}"
      "<p class=\"verdict\" role=\"status\"></p>\n<div class=\"answer\">{}</div>\n</div>\n",
      escape(begin), choices(model, who[best], t),
      next_words(model.steps[t].next, fmt::format("/models/{}/steps/{}/next", best, t), who[best].style));
  parts.takeaway = guess_sentence(all, who);
  parts.more_about = "how good it is";
  const size_t last = model.steps.size() - 1;
  if (t != last) parts.more += paragraph(next_word_sentence(all, who));
  parts.more += paragraph(quality_sentence(all, who)) + expectations(all, who, t);
  return screen(parts);
}

std::string uses_screen(const Explanation& all, const Players&) {
  if (all.parts.empty()) return "";
  Screen parts{"uses", "What is it for?", "<ul class=\"uses\">\n", "", "", ""};
  int trained = 0;
  for (size_t i = 0; i < all.parts.size(); ++i) {
    const Part& part = all.parts[i];
    const auto* words =
        std::find_if(std::begin(kPartWords), std::end(kPartWords), [&](const PartWords& w) { return w.kind == part.kind; });
    if (words == std::end(kPartWords)) continue;
    const bool done = !part.output.empty(),
               slip = done && part.kind == "digits" && part.input.find(part.output) == std::string::npos;
    trained += done;
    parts.picture += fmt::format("<li class=\"card{}\"><h3>{}</h3>\n<p class=\"in\">{}</p>\n{}", done ? "" : " other",
                                 words->title, escape(part.input), sketch(part));
    parts.picture +=
        fmt::format("<p class=\"out\"><span aria-hidden=\"true\">→</span> {}</p>\n<p class=\"small\">{}</p></li>\n",
                    done ? escape(part.output) + (slip ? " (not all right)" : "") : "not trained here",
                    done && !part.link.empty() ? fmt::format("<a href=\"{}\">{}</a>", escape(part.link), words->does)
                                               : std::string(words->does));
  }
  parts.picture += "</ul>\n";
  std::string number = trained == static_cast<int>(all.parts.size()) ? "all" : in_words(trained);
  number[0] = static_cast<char>(number[0] - 'a' + 'A');
  parts.takeaway = fmt::format(
      "Whatever comes one after the other: words, letters, sounds, numbers. {} of these were trained here, on this "
      "computer.",
      number);
  return screen(parts);
}

}  // namespace rnn::core::pages
