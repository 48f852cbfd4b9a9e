// Why: the last screen: what a network adds to the simplest method, what it costs, and when to use one.
#include <fmt/format.h>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

std::string worth_figure(const WorthRow& row, bool simple, const std::string& at) {
  const double v = simple ? row.simple_value : row.network_value;
  return value(v, row.percent ? share(v) : number(v), at + (simple ? "/simple_value" : "/network_value"));
}

// 1: the network is better, -1: the simple method is, 0: equal as shown.
int winner(const WorthRow& row) {
  const std::string a = row.percent ? share(row.network_value) : number(row.network_value),
                    b = row.percent ? share(row.simple_value) : number(row.simple_value);
  if (a == b) return 0;
  return (row.network_value > row.simple_value) == row.higher ? 1 : -1;
}

std::string size_of(long long bytes, const std::string& at) {
  if (bytes <= 0) return "–";
  return fmt::format("<data value=\"{0}\" data-bytes-at=\"{1}\">{2}</data>", bytes, at,
                     escape(number(static_cast<double>(bytes) / 1e6) + " MB"));
}

std::string worth_table(const Explanation& all) {
  Table table{"The same unseen data for both", {"task", "simplest method", "this network", "minutes", "size"}, {}};
  for (size_t i = 0; i < all.worth.size(); ++i) {
    const WorthRow& row = all.worth[i];
    const std::string at = fmt::format("/worth/{}", i);
    const int won = winner(row);
    const auto cell = [&](bool simple) {
      const std::string figure = worth_figure(row, simple, at);
      const bool best = won == (simple ? -1 : 1);
      return fmt::format("{}{}{}<br><span class=\"small\">{}</span>", best ? "<strong>" : "", figure,
                         best ? " ✓</strong>" : "", escape(simple ? row.simple : row.network));
    };
    table.rows.push_back({escape(row.task) + "<br><span class=\"small\">" + escape(row.measure) + "</span>", cell(true),
                          cell(false),
                          row.seconds > 0 ? fmt::format("<data value=\"{0}\" data-seconds-at=\"{1}/seconds\">{2}</data>",
                                                        exact(row.seconds), at, number(row.seconds / 60))
                                          : "–",
                          size_of(row.bytes, at + "/bytes")});
  }
  return rnn::core::pages::table(table, "worth");
}

}  // namespace

std::string worth_sentence(const Explanation& all) {
  constexpr std::string_view kWhen =
      "Use it when order matters, data is modest, and the answer must come while the input still arrives.";
  std::vector<std::string> lost, equal;
  for (const WorthRow& row : all.worth) {
    const int won = winner(row);
    if (won < 0) lost.push_back(fmt::format("for {} ({})", escape(row.task), escape(row.simple)));
    if (won == 0) equal.push_back("for " + escape(row.task));
  }
  std::string text(kWhen);
  if (!lost.empty()) {
    std::string where = listing(lost);
    where[0] = 'F';
    text += fmt::format(" {} the simplest method is better: do not train a network there.", where);
  } else if (equal.empty() && !all.worth.empty()) {
    text += all.worth.size() == 1 ? " Here the network is better than the simplest method."
                                  : " Here the network is better in every row.";
  }
  if (!equal.empty()) text += fmt::format(" Both are equal {}.", listing(equal));
  return text;
}

std::string worth_screen(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  Screen parts{"worth", "Worth it?", "", "", "", ""};
  parts.takeaway = worth_sentence(all);
  const std::string networks = side_by_side(all, who);
  std::string said;
  for (const auto sentence : {size_sentence, speed_sentence, quality_sentence}) said += paragraph(sentence(all, who));
  if (all.worth.empty()) {
    parts.picture =
        "<figure>" + networks +
        "<figcaption>Measured on this computer and on text that was not used for training.</figcaption></figure>\n";
    parts.more_about = "size, speed and quality in sentences";
    parts.more = said;
  } else {
    parts.picture =
        "<figure>" + worth_table(all) +
        "<figcaption>Minutes of training; size of the learned numbers; ✓: the better of the two.</figcaption></figure>\n";
    parts.more_about = "the networks in numbers";
    parts.more = block(said, networks);
  }
  return screen(parts);
}

}  // namespace rnn::core::pages
