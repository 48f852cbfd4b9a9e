// Why: see explain_labels.h.
#include "explain_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/numbers.h"
#include "events/events.h"
#include "inspect_parts.h"
#include "outputs.h"
#include "pages/label_page.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

constexpr size_t kListed = 3;  // labels after each step

std::string model_line(const LabelFacts& f) {
  return fmt::format(" {}: {}{}, {} x {}, {}, {} parameters\n", f.name, f.both_ways ? "bidirectional " : "", f.cell,
                     f.layers, f.hidden, counted(f.labels, "label"), grouped(f.parameters));
}

std::string answer_view(const Verdict& v) {
  std::vector<std::vector<std::string>> rows{{"label", "probability", "", ""}};
  for (const LabelChance& c : v.answer)
    rows.push_back({c.label, percent_text(c.p), field(c.p, kBar), v.said == c.label ? "right" : ""});
  return head("The answer") + table_of(std::move(rows), {0, 2, 3}) +
         (v.said && !v.said_p ? note("the right label, " + *v.said + ", is none that the model has") : "");
}

std::string course_view(const Verdict& v) {
  std::vector<std::vector<std::string>> rows{{v.series ? "samples" : "read"}};
  const size_t listed = std::min(v.course.size(), kListed);
  for (size_t i = 0; i < listed; ++i) rows[0].push_back(v.course[i].label);
  rows[0].emplace_back("");
  for (size_t look = 0; look < v.looks.size(); ++look) {
    std::vector<std::string> row = {v.series ? grouped(v.looks[look]) : v.steps[look]};
    for (size_t i = 0; i < listed; ++i) row.push_back(percent_text(v.course[i].p[look]));
    row.emplace_back(static_cast<int>(look) == v.decided && v.turns > 0 ? "from here on" : "");
    rows.push_back(std::move(row));
  }
  return head("When it decided") + table_of(std::move(rows), {0, listed + 1}) +
         note("Probabilities when the input has been read as far as that: the bits of rnn classify --each-step.");
}

std::string parts_view(const Verdict& v, const std::vector<LeftOutPart>& parts, const std::string& title) {
  if (parts.empty()) return "";
  std::vector<std::vector<std::string>> rows{{"without", "answer", v.answer[0].label, "adds"}};
  for (const LeftOutPart& p : parts)
    rows.push_back({p.what.empty() ? fmt::format("{} to {}", grouped(p.first + 1), grouped(p.first + p.steps)) : p.what,
                    p.label, percent_text(p.p), fmt::format("{:+.1f}", 100 * p.adds)});
  return head(title) + table_of(std::move(rows), {0, 1}) +
         note("The rest read again; adds: percentage points that the answer has more with it.");
}

std::string verdict_view(const Verdict& v) {
  return model_line(v.facts) + answer_view(v) + course_view(v) + parts_view(v, v.left_out, "What it leans on") +
         parts_view(v, v.sensors_out, "Which input");
}

// The sentence's own label.
std::string label_line(const Tagging& t) {
  std::string text;
  for (const LabelChance& c : t.label)
    text += fmt::format("{} {} {}", text.empty() ? " label of the sentence:" : ",", c.label, percent_text(c.p));
  return text.empty() ? "" : text + "\n";
}

std::string tagging_view(const Tagging& t) {
  std::vector<std::vector<std::string>> rows{{"word", "tag", "sure", "when just read", "else", ""}};
  for (const TaggedWord& w : t.words)
    rows.push_back({w.word + (w.known ? "" : " (not known)"), w.tag, percent_text(w.p), w.early,
                    w.others.empty() ? "" : fmt::format("{} {}", w.others[0].label, percent_text(w.others[0].p)),
                    !w.said || *w.said == w.tag ? "" : "right: " + *w.said});
  std::string text = model_line(t.facts) + label_line(t) + head("The tags") + table_of(std::move(rows), {0, 1, 3, 4, 5});
  if (t.left_out.empty()) return text;
  std::vector<std::vector<std::string>> without{{"without", "tags that change", "lost", "hit most", "then"}};
  for (const WordLeftOut& w : t.left_out)
    without.push_back({w.word, grouped(w.changed), fmt::format("{:.2f}", w.lost),
                       w.most < 0 ? "" : t.words[static_cast<size_t>(w.most)].word, percent_text(w.p)});
  return text + head("Which words the tags lean on") + table_of(std::move(without), {0, 3}) +
         note("lost: what the tags of the other words lose in probability, taken together.");
}

template <class Look>
void put_out(const LabelLookRequest& r, const Look& look, std::string (*page)(const Look&), std::string (*view)(const Look&),
             std::vector<std::pair<std::string, std::string>> (*drawings)(const Look&)) {
  if (!r.svg.empty()) write_drawings(r.svg, r.force, drawings(look));
  if (r.json) return print(json_line(to_json_object(look)));
  if (r.tables) print(view(look));
  if (r.page.empty()) return;
  const std::string html = page(look);
  write_file_atomic(r.page, html);
  say(fmt::format("wrote {} ({}): open it in a browser", r.page, bytes_text(static_cast<int64_t>(html.size()))));
  print(r.page + "\n");
}

}  // namespace

void look_at_labels(ModelFile& file, const LabelLookRequest& r) {
  const LabelQuestion asked = label_question(file, r.ask);
  Pool pool(r.threads);
  if (look_for(file) == LabelLook::verdict) {
    put_out<Verdict>(r, look_at_verdict(file, asked.example, asked.place, pool), verdict_page, verdict_view,
                     verdict_drawings);
  } else {
    put_out<Tagging>(r, look_at_tagging(file, asked.example, asked.place, pool), tagging_page, tagging_view,
                     tagging_drawings);
  }
}

}  // namespace rnn::core::app
