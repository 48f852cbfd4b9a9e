// Why: the page of `rnn explain` is a row of screens, each one picture and one sentence; this is what they share.
#include "pages/screens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"

namespace rnn::core::pages {

std::string screen(const Screen& parts) {
  if (parts.picture.empty()) return "";
  std::string html = parts.picture;
  if (!parts.takeaway.empty()) html += paragraph(parts.takeaway, "takeaway");
  if (!parts.more.empty()) {
    html += fmt::format("<details class=\"more\"><summary>More: {}</summary>\n<div class=\"inside\">\n{}</div></details>\n",
                        parts.more_about, parts.more);
  }
  return fmt::format(
      "<section id=\"{0}\" class=\"screen\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n{2}</section>\n",
      parts.id, parts.heading, html);
}

std::string tabs(std::string_view name, const std::vector<Tab>& choices) {
  if (choices.size() == 1) return choices[0].panel;
  std::string html = "<div class=\"tabs\" role=\"group\" aria-label=\"Network shown\">\n";
  for (size_t i = 0; i < choices.size(); ++i) {
    html += fmt::format("<input type=\"radio\" name=\"{0}\" id=\"{0}{1}\"{2}><label for=\"{0}{1}\">{3}</label>\n", name, i,
                        i == 0 ? " checked" : "", name_key(choices[i].who));
  }
  for (size_t i = 0; i < choices.size(); ++i)
    html += fmt::format("<div class=\"panel {}p{}\">\n<p class=\"printed\">{}</p>\n{}</div>\n", name, i,
                        name_key(choices[i].who), choices[i].panel);
  return html + "</div>\n";
}

std::string tab_rules(std::string_view name, size_t count) {
  std::string css;
  for (size_t i = 0; i < count; ++i) css += fmt::format("#{0}{1}:checked~.{0}p{1}{{display:block}}", name, i);
  return css;
}

std::string words_until(const ModelExplanation& model, size_t t) {
  const bool characters = model.tokenizer == "char" || model.tokenizer == "byte", spaced = nouns_of(model.tokenizer).words;
  std::string text;
  for (size_t i = 1; i <= t && i < model.steps.size(); ++i) {
    const std::string& word = model.steps[i].text;
    const bool mark = !word.empty() && std::string_view(".,!?;:").find(word[0]) != std::string_view::npos;
    if (spaced && !text.empty() && !mark) text += ' ';
    if (word == "↵") {
      text += " / ";
    } else if (characters && word == "␣") {
      text += ' ';
    } else if (!spaced && !characters && word.starts_with("▁")) {
      text += (text.empty() ? "" : " ") + word.substr(std::string_view("▁").size());
    } else {
      text += word;
    }
  }
  return text;
}

size_t guess_step(const ModelExplanation& model) {
  const size_t last = model.steps.empty() ? 0 : model.steps.size() - 1;
  if (!nouns_of(model.tokenizer).words) return last;
  for (size_t t = 3; t < last; ++t) {
    const std::string& word = model.steps[t + 1].text;
    const auto same = [&](const WordChance& next) { return next.text == word; };
    const std::vector<WordChance>& next = model.steps[t].next;
    const size_t looked = std::min<size_t>(5, next.size());
    if (std::any_of(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(looked), same)) return t;
  }
  return last;
}

}  // namespace rnn::core::pages
