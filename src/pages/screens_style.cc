// Why: how the screens of the page look and move; everything is whole without the script, on paper and without motion.
#include "pages/screens.h"

namespace rnn::core::pages {

std::string_view screens_css() {
  static constexpr std::string_view kCss = R"css(
header.slim{padding:26px 0 4px}
header.slim h1{max-width:none;font-size:clamp(1.5rem,1.05rem + 2vw,2.4rem)}
header.slim .eyebrow{margin:6px 0 8px;font-size:.9rem}
nav.slim ol{gap:0 18px;font-size:.92rem}
.screen{padding-top:64px;scroll-margin-top:8px}
.screen:first-child{padding-top:18px}
.screen h2{margin-bottom:16px}
.screen>figure,.screen>ul,.guess,.panel figure{margin:0 0 18px}
.takeaway{font-size:clamp(1.08rem,1rem + .45vw,1.32rem);line-height:1.5;max-width:60ch;padding-left:16px;border-left:4px solid var(--link);margin:18px 0 10px}
.takeaway .v{font-weight:650;white-space:nowrap}
.more>summary{padding:6px 0}
.inside{padding:12px 0 0}
.play{display:flex;flex-wrap:wrap;gap:10px;margin:12px 0}
.play[hidden],.choices[hidden],.sum[hidden]{display:none}
button{font:inherit;font-size:1rem;color:var(--ink);background:var(--card);border:1.5px solid var(--soft);border-radius:99px;padding:8px 20px;cursor:pointer;min-height:44px}
button:hover{border-color:var(--ink)}
button[aria-pressed=true]{background:var(--ink);color:var(--paper);border-color:var(--ink)}
.guess{max-width:640px}
.begin{font-size:clamp(1.5rem,1.1rem + 2vw,2.2rem);font-weight:650;line-height:1.25;margin:0 0 12px;max-width:none}
.gap{display:inline-block;min-width:3.2em;border-bottom:3px solid var(--link)}
.choices{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 12px}
.verdict{min-height:1.6em;margin:0 0 6px}
.verdict:empty{display:none}
.answer .next{font-size:1.05rem}
.answer .next li{padding:6px 10px}
.uses{list-style:none;margin:0;padding:0;display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(230px,100%),1fr))}
.uses h3{margin:0 0 8px;font-size:1.02rem}
.uses p{margin:0 0 4px}
.uses .in,.uses .out{font-size:1.05rem}
.uses .out{font-weight:650}
.uses .other .out,.uses .other .in{color:var(--soft);font-weight:400}
.sketch{display:block;width:100%;height:56px;margin:2px 0 6px}
.looped{display:grid;gap:8px 36px;grid-template-columns:minmax(0,1fr)}
.folded{max-width:250px}
.looped figcaption{grid-column:1/-1}
@media(min-width:900px){.looped{grid-template-columns:236px minmax(0,1fr)}}
.tiles{list-style:none;margin:0;padding:0;display:grid;gap:14px 26px;grid-template-columns:repeat(auto-fill,minmax(min(138px,100%),1fr))}
.tile{position:relative;background:var(--card);border:1.75px solid var(--ink);border-radius:12px;padding:10px 12px;min-width:0;margin:0;font-weight:400;font-size:1rem;line-height:1.4}
.tile+.tile::before{content:"";position:absolute;left:-22px;top:50%;width:16px;border-top:2px solid var(--soft)}
.tile+.tile::after{content:"";position:absolute;left:-11px;top:calc(50% - 4px);border:5px solid transparent;border-left:8px solid var(--soft);border-right:0}
.tile.sign{border-style:dashed;color:var(--ink)}
.tile .read{font-weight:650;font-size:1.1rem;margin:0 0 6px}
.tile.sign .read{font-weight:500;color:var(--soft)}
.tile .strip{margin:0 0 6px}
.tile .strip .cells{height:18px}
.tile .expects{margin:0;font-size:.92rem;line-height:1.35}
.tile .expects .small{display:block}
@media screen{.later{visibility:hidden}.waiting .bar,.waiting .v{visibility:hidden}.waiting .next span{filter:blur(7px)}}
.pairline{font-size:1.12rem;margin:0 0 6px;max-width:none}
mark{background:none;color:inherit;font-weight:700;border-bottom:3px solid var(--link)}
.pairs .cards{margin-top:18px}
.score{margin:0 0 8px}
.score strong{font-size:1.5rem}
.dots{display:block;width:140px;margin:0 0 12px}
.two .right span:first-of-type{font-weight:650}
.card .small{margin:8px 0 0}
.whispered{margin-top:8px}
.doored .takeaway{margin-top:22px}
.doors .sums{min-height:2.2em}
.sum{margin:8px 0 0;font-variant-numeric:tabular-nums}
.printed{display:none}
table.worth .small{font-weight:400}table.worth{width:100%;max-width:900px}
table.worth td,table.worth th{font-size:1rem;line-height:1.35;padding:12px 26px 12px 0}
@media(max-width:640px){.screen{padding-top:44px}.screen:first-child{padding-top:10px}header.slim{padding-top:16px}header.slim .eyebrow{font-size:.82rem}nav.slim ol{gap:0 14px;font-size:.88rem}.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}table.worth .small{font-weight:400}table.worth{width:100%;max-width:900px}
table.worth td,table.worth th{font-size:.88rem;padding:10px 12px 10px 0}.folded{max-width:210px}}
@media(prefers-reduced-motion:no-preference){.tile{transition:opacity .25s}.later{opacity:0}.passing .who{animation:heard .5s both;animation-delay:calc(var(--i)*.22s)}@keyframes heard{from{opacity:0;transform:translateY(4px)}to{opacity:1;transform:none}}}
@media print{.play,.choices,.verdict{display:none!important}.printed{display:block;font-weight:650;margin:14px 0 4px}.sum[hidden]{display:block!important}.screen{break-inside:auto}.tile{break-inside:avoid}}
)css";
  return kCss;
}

std::string_view screens_script() {
  static constexpr std::string_view kScript = R"js(
(() => {
  'use strict';
  // Without motion everything is shown from the start; the buttons still step.
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const said = document.getElementById('said');

  document.querySelectorAll('.guess').forEach(guess => {
    const choices = guess.querySelector('.choices'), answer = guess.querySelector('.answer');
    const verdict = guess.querySelector('.verdict'), buttons = [...choices.querySelectorAll('button')];
    if (buttons.length < 2) return;
    choices.hidden = false;
    if (!still) answer.classList.add('waiting');
    buttons.forEach(button => button.addEventListener('click', () => {
      answer.classList.remove('waiting');
      buttons.forEach(other => other.setAttribute('aria-pressed', String(other === button)));
      verdict.textContent = button.dataset.said;
    }));
  });

  document.querySelectorAll('.looped').forEach(looped => {
    const tiles = [...looped.querySelectorAll('.tile')], play = looped.querySelector('.play');
    const go = play.querySelector('.go'), all = play.querySelector('.all'), next = go.textContent;
    let shown = tiles.length;
    const show = count => {
      shown = count;
      tiles.forEach((tile, i) => tile.classList.toggle('later', i >= count));
      go.textContent = shown === tiles.length ? 'Start again' : next;
    };
    if (tiles.length < 2) return;
    play.hidden = false;
    show(still ? tiles.length : 1);
    go.addEventListener('click', () => {
      show(shown === tiles.length ? 1 : shown + 1);
      said.textContent = tiles[shown - 1].innerText.replace(/\s+/g, ' ');
    });
    all.addEventListener('click', () => show(tiles.length));
  });

  document.querySelectorAll('.doors').forEach(doors => {
    const sums = [...doors.querySelectorAll('.sum')], play = doors.querySelector('.play');
    let now = Number(doors.dataset.first);
    const show = row => {
      now = row;
      sums.forEach((sum, i) => { sum.hidden = i !== row; });
      doors.querySelectorAll('.doorrow').forEach(drawn => drawn.classList.toggle('now', Number(drawn.dataset.row) === row));
    };
    if (sums.length < 2) return;
    play.hidden = false;
    show(now);
    play.querySelector('.advance').addEventListener('click', () => {
      show((now + 1) % sums.length);
      said.textContent = sums[now].textContent;
    });
    doors.querySelectorAll('.doorrow').forEach(drawn => {
      drawn.addEventListener('click', () => show(Number(drawn.dataset.row)));
    });
  });

  document.querySelectorAll('.whispered').forEach(row => {
    const play = row.querySelector('.play');
    if (still) return;
    play.hidden = false;
    play.querySelector('.pass').addEventListener('click', () => {
      row.classList.remove('passing');
      void row.getBoundingClientRect();
      row.classList.add('passing');
    });
  });
})();
)js";
  return kScript;
}

}  // namespace rnn::core::pages
