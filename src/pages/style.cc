// Why: how the page looks: light and dark, from a phone to a wide screen, on paper; nothing is fetched.
#include <fmt/format.h>

#include "pages/page_parts.h"

namespace rnn::core::pages {
namespace {

constexpr std::string_view kLight =
    "--paper:#fbfaf7;--card:#ffffff;--ink:#1b2330;--soft:#56606e;--grid:#e4e3de;--edge:#dcdad3;--link:#0a559c;--wash:16%;"
    "color-scheme:light;";
constexpr std::string_view kDark =
    "--paper:#12161c;--card:#191e26;--ink:#e8ebf0;--soft:#a9b2bf;--grid:#323944;--edge:#2f3641;--link:#8ac4ff;--wash:30%;"
    "color-scheme:dark;";

constexpr std::string_view kFrame = R"css(
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;max-width:1160px;padding:0 20px 48px;overflow-wrap:break-word}
h1,h2,h3,h4{line-height:1.2;text-wrap:balance;margin:0}
h1{font-size:clamp(1.75rem,1.1rem + 2.6vw,2.9rem);letter-spacing:-.02em;max-width:26ch}
h2{font-size:clamp(1.4rem,1.1rem + 1.2vw,1.9rem);letter-spacing:-.01em;margin-bottom:14px}
h3{font-size:1.15rem;margin:36px 0 8px}
h4{font-size:1rem;margin:20px 0 4px}
p{margin:0 0 12px;max-width:68ch}
a{color:var(--link);text-underline-offset:3px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
header{padding:56px 0 20px}
.eyebrow{color:var(--soft);font-size:.95rem;margin-bottom:10px}
nav ol{list-style:none;margin:0;padding:0 0 4px;display:flex;flex-wrap:wrap;gap:4px 22px;font-size:.95rem}
nav a{display:inline-block;padding:4px 0}
section{padding-top:56px}
section:first-child{padding-top:28px}
footer{margin-top:64px;padding-top:20px;border-top:1px solid var(--edge);color:var(--soft);font-size:.9rem}
.small{font-size:.86rem;line-height:1.45;color:var(--soft);margin:0}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:focus{position:fixed;top:8px;left:8px;background:var(--card);padding:8px 14px;z-index:3}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.key{display:inline-block;width:.72em;height:.72em;border-radius:3px;margin-right:.45em;background:var(--tone)}
ul,ol{padding-left:1.2em}
)css";

constexpr std::string_view kSummary = R"css(
.notes{display:grid;gap:22px 48px;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));max-width:1080px}
.notes p{margin:0}
h2.note{font-size:.95rem;font-weight:600;letter-spacing:0;color:var(--soft);margin:0 0 4px}
.cards{list-style:none;margin:28px 0 0;padding:0;display:grid;gap:18px;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr))}
.card{background:var(--card);border:1px solid var(--edge);border-radius:14px;padding:20px 22px;min-width:0}
.card h2.name,.card h3{font-size:1.15rem;margin:0 0 8px}
@media(min-width:900px){.alone{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,420px);gap:48px;align-items:start}.alone .cards{margin:0}.alone .notes{grid-template-columns:1fr}}
.cards:not(.gates)>.card:only-child{max-width:720px}
.meters{display:grid;gap:0 36px;grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr))}
.facts{display:flex;flex-wrap:wrap;gap:6px 26px;margin:16px 0 0;padding-top:12px;border-top:1px solid var(--edge)}
.facts dt{font-size:.8rem;color:var(--soft)}
.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.next{list-style:none;margin:6px 0 0;padding:0;font-size:.95rem}
.next li{position:relative;display:flex;justify-content:space-between;gap:8px;padding:3px 8px;margin-top:3px;line-height:1.4;border-radius:5px;overflow:hidden}
.next span{position:relative;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.next .v{position:relative;flex:none;font-variant-numeric:tabular-nums;color:var(--ink)}
.next .bar{position:absolute;inset:0;width:100%;height:100%;opacity:var(--wash)}
)css";

constexpr std::string_view kReading = R"css(
.scale{display:flex;align-items:center;gap:8px;font-size:.86rem;color:var(--soft);margin:0 0 20px}
.scale .cells{width:150px;height:14px;flex:none}
.cells{display:block;width:100%;border-radius:3px}
.tabs{display:flex;flex-wrap:wrap;align-items:center;gap:8px}
.tabs input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
.tabs label{cursor:pointer;padding:7px 16px;border:1px solid var(--edge);border-radius:99px;background:var(--card);font-size:.95rem}
.tabs input:checked+label{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink);font-weight:600}
.tabs input:focus-visible+label{outline:3px solid var(--link);outline-offset:2px}
.pick{color:var(--soft);font-size:.95rem}
.panel{display:none;order:1;width:100%}
.panel.only{display:block}
.panel h3{margin:16px 0 8px}
.steps{list-style:none;margin:18px 0 8px;padding:0;display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(148px,100%),1fr))}
.step{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:12px;min-width:0}
.tile{font-weight:650;font-size:1.08rem;line-height:1.3;margin:0 0 8px}
.tile.sign{color:var(--soft);font-weight:500}
.strip .cells{height:46px}
.strip{margin-bottom:8px;border-radius:4px;cursor:crosshair}
.then{margin-top:10px;padding-top:8px;border-top:1px solid var(--edge)}
.step .next{font-size:.86rem;margin-top:4px}
.step .next li{padding:2px 6px}
)css";

constexpr std::string_view kFigures = R"css(
figure{margin:20px 0 28px}
figcaption{font-size:.9rem;line-height:1.5;color:var(--soft);max-width:74ch;margin-top:10px}
.chart{display:block;width:100%;height:auto;overflow:visible}
.wide{max-width:820px}
.narrow{display:none;max-width:420px}
.pair .wide{max-width:560px}
.pair{display:grid;gap:24px 36px;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr))}
details{margin:10px 0}
summary{cursor:pointer;color:var(--link);font-size:.92rem;width:fit-content;padding:2px 4px 2px 0}
.block{margin-top:44px}
.block h3{margin-top:0}
.block figure{margin:0 0 16px}
@media(min-width:1000px){.block{display:grid;grid-template-columns:minmax(0,320px) minmax(0,1fr);gap:48px}}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;line-height:1.4;font-variant-numeric:tabular-nums;margin:8px 0}
caption{text-align:left;color:var(--soft);padding-bottom:6px}
th,td{text-align:left;vertical-align:top;padding:7px 18px 7px 0;border-bottom:1px solid var(--edge);font-weight:400}
thead th{color:var(--soft);font-size:.84rem;vertical-align:bottom}
tbody th{font-weight:600}
.tight th,.tight td{white-space:nowrap;padding-right:14px}
.numbers{font-size:1rem}
.numbers td,.numbers thead th{padding-right:28px}
.numbers thead th{font-size:.95rem;color:var(--ink);font-weight:600;white-space:nowrap}
.equations{background:var(--paper);border:1px solid var(--edge);border-radius:8px;padding:10px 12px;margin:12px 0;line-height:1.55}
.equations code{display:block;font-size:.74rem;padding:2px 0 2px 1.6em;text-indent:-1.6em}
.equations .small{margin-top:6px;font-size:.8rem}
.letters{margin:6px 0;font-size:.9rem}
.letters div{display:grid;grid-template-columns:5.2em 1fr;padding:3px 0}
.letters dd{margin:0}
.card h4{margin:0}
.meter{margin-top:16px}
.meter-name{margin:0;line-height:1.35}
.meter .reading{display:flex;align-items:center;gap:12px;margin:6px 0 4px;font-size:.92rem;font-variant-numeric:tabular-nums}
.gauge{flex:1;height:10px;border-radius:5px;min-width:0}
.spread{display:block;width:100%;height:30px;opacity:.85}
.ends{display:flex;justify-content:space-between;font-size:.78rem}
.glossary{display:grid;gap:18px 36px;grid-template-columns:repeat(auto-fit,minmax(min(320px,100%),1fr));margin:0}
.glossary dt{font-weight:650}
.glossary dd{margin:2px 0 0}
#tip{position:fixed;z-index:4;left:0;top:0;max-width:min(280px,90vw);pointer-events:none;background:var(--ink);color:var(--paper);font-size:.85rem;line-height:1.45;padding:6px 10px;border-radius:7px;white-space:pre-line}
.cursor{stroke:var(--ink);stroke-width:1;opacity:.5}
)css";

constexpr std::string_view kConditions = R"css(
@media(max-width:640px){body{padding:0 16px 40px}header{padding-top:36px}section{padding-top:44px}.wide{display:none}.narrow{display:block}.numbers{font-size:.82rem}.numbers td,.numbers thead th{padding-right:9px;font-size:.82rem}.numbers .key{display:block;margin-bottom:4px}.numbers tbody th{font-weight:500}.card{padding:18px}.tabs label{padding:7px 11px}.tabs{gap:6px}}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{html{font-size:11pt;background:#fff}body{max-width:none;padding:0}nav,.skip,.tabs label,.pick,#tip,details:not([open]){display:none!important}.panel{display:block!important}.card,.step,figure .chart,.meter{break-inside:avoid}h2,h3{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace

std::string style_sheet() {
  const std::string light = std::string(kLight) + svg::palette_css(false),
                    dark = std::string(kDark) + svg::palette_css(true);
  std::string css = ":root{" + light + "}\n@media(prefers-color-scheme:dark){:root{" + dark + "}}\n";
  css += "@media print{:root{" + light + "}}\n";
  css += svg::chart_css();
  for (int s = 0; s < svg::kStyles; ++s) {
    css += fmt::format(".k{0}{{--tone:var(--s{0})}}", s);
  }
  for (const std::string_view part : {kFrame, kSummary, kReading, kFigures, kConditions}) css += part;
  return css;
}

}  // namespace rnn::core::pages
