// Why: a network may read words, pieces of words, characters or bytes; what is said of it must call them so.
#include <algorithm>
#include <array>

#include "base/numbers.h"
#include "pages/sentences.h"
#include "text/tokenizer.h"

namespace rnn::core::pages {

Nouns nouns_of(std::string_view tokenizer) {
  if (tokenizer == "char") return {"character", "characters", false};
  if (tokenizer == "byte") return {"byte", "bytes", false};
  if (!is_word_kind(tokenizer) && !tokenizer.empty()) return {"piece", "pieces", false};
  return {"word", "words", true};
}

Nouns nouns_of(const Explanation& all) { return nouns_of(all.models.empty() ? "" : all.models[0].tokenizer); }

std::string told_of(const Nouns& nouns, std::string_view text) {
  std::string out;
  constexpr std::string_view kWord = "word";
  for (size_t at = 0; at < text.size();) {
    const bool starts = at == 0 || !is_letter(text[at - 1]);
    const std::string_view rest = text.substr(at);
    const size_t many = rest.starts_with("words") ? 1 : 0, length = kWord.size() + many;
    if (starts && rest.starts_with(kWord) && (rest.size() == length || !is_letter(rest[length]))) {
      out += many ? nouns.many : nouns.one;
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string told_html(const Nouns& nouns, std::string_view html) {
  // Elements that hold the reader's own words, and where they end.
  struct Own {
    std::string_view begin, end;
  };
  constexpr std::array<Own, 8> kOwn = {{{"<td>", "</td>"},
                                        {"<text", "</text>"},
                                        {"<th scope=\"row\">", "</th>"},
                                        {"<p class=\"tile", "</p>"},
                                        {"<ol class=\"next", "</ol>"},
                                        {"<code>", "</code>"},
                                        {"“", "”"},
                                        {"<", ">"}}};
  std::string out;
  while (!html.empty()) {
    size_t own = html.size();
    const Own* kind = nullptr;
    for (const Own& o : kOwn) {
      const size_t at = html.find(o.begin);
      if (at < own) own = at, kind = &o;
    }
    out += told_of(nouns, html.substr(0, own));
    html.remove_prefix(own);
    if (kind == nullptr) break;
    const size_t end = std::min(html.find(kind->end), html.size() - kind->end.size()) + kind->end.size();
    out += html.substr(0, end);
    html.remove_prefix(end);
  }
  return out;
}

}  // namespace rnn::core::pages
