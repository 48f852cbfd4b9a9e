// Why: see label_page_parts.h.
#include "pages/label_page_parts.h"

#include <fmt/format.h>

#include "pages/figures.h"

namespace rnn::core::pages {

std::string label_css() {
  return ".becomes{font-size:1.18rem;line-height:1.45;max-width:62ch}.read{font-size:1.05rem;color:var(--soft);max-width:"
         "none}"
         ".read q{color:var(--ink)}code{white-space:nowrap}header.near{padding:30px 0 4px}header.near h1{max-width:24ch}"
         "@media(max-width:640px){header.near{padding-top:20px}section:first-child{padding-top:14px}}\n";
}

std::string label_header(std::string_view eyebrow, const std::string& headline,
                         const std::vector<std::pair<std::string_view, std::string_view>>& links) {
  std::string html = fmt::format(
      "<header class=\"near\">\n<p class=\"eyebrow\">{}</p>\n<h1>{}</h1>\n</header>\n<nav aria-label=\"Sections\"><ol>",
      eyebrow, headline);
  for (const auto& [id, name] : links) html += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, name);
  return html + "</ol></nav>\n";
}

std::string label_footer(const LabelFacts& facts) {
  return fmt::format(
      "<footer>\n<p>Every number on this page was computed from the model <code>{}</code>. This file also contains all "
      "figures. Made by rnn {}.</p>\n</footer>\n",
      escape(facts.name), RNN_VERSION);
}

std::string label_facts(const LabelFacts& f) {
  std::string html = "<dl class=\"facts\">";
  html += fact("Labels", value(f.labels, count(f.labels), "/facts/labels")) + fact("Cell", escape(f.cell));
  html += fact("Units", value(f.hidden, f.layers > 1 ? fmt::format("{} × {}", f.layers, f.hidden) : count(f.hidden),
                              "/facts/hidden"));
  html += fact("Parameters", value(static_cast<double>(f.parameters), count(f.parameters), "/facts/parameters"));
  html += fact("Reads", f.both_ways ? "forwards and backwards" : "forwards");
  return html + "</dl>\n";
}

std::string moves_figure(const std::vector<std::vector<double>>& move, const std::vector<double>& x,
                         const std::vector<std::string>& names, const Nouns& nouns) {
  svg::LineChart chart;
  chart.id = "moves", chart.title = "How far the memory moves at each step";
  chart.description = "A line for each direction of reading; the table below has the numbers.";
  for (size_t d = 0; d < move.size(); ++d) {
    svg::Series line;
    line.name = move.size() == 1 ? "moves" : d == 0 ? "forwards" : "backwards";
    line.x = x, line.y = move[d], line.style = static_cast<int>(d) + 2, line.at = fmt::format("/move/{}", d);
    chart.series.push_back(line);
  }
  chart.x_names = names;
  if (names.empty()) chart.x_label = std::string(nouns.many);
  chart.markers = x.size() <= 30;
  Table numbers{"How far the memory moves", {names.empty() ? std::string(nouns.one) : std::string(nouns.one)}, {}};
  for (const svg::Series& line : chart.series) numbers.columns.push_back(line.name);
  for (size_t i = 0; i < x.size(); ++i) {
    std::vector<std::string> row = {names.empty() ? count(static_cast<long long>(x[i])) : escape(names[i])};
    for (size_t d = 0; d < move.size(); ++d)
      row.push_back(value(move[d][i], number(move[d][i]), fmt::format("/move/{}/{}", d, i)));
    numbers.rows.push_back(std::move(row));
  }
  return figure(both(chart, 220) + folded_table(numbers),
                "How far the memory of the last layer moves at each step; 1 is its mean size. A large step: something new "
                "has come in. A "
                "small one: there is nothing to note.");
}

}  // namespace rnn::core::pages
