// SPDX-License-Identifier: Apache-2.0
#include "report/page_style.h"

#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr const char* colours = R"(
:root{--paper:#ffffff;--ink:#1c2733;--muted:#55606d;--faint:#8a949f;--line:#dfe3e8;--shade:#f2f4f7;
--accent:#0067a3;--hit:0,103,163;--error:213,94,0;--warn-paper:#fff4e5;--warn-line:#d97706}
@media screen and (prefers-color-scheme:dark){
:root{--paper:#14181d;--ink:#e6eaef;--muted:#aab4bf;--faint:#6d7884;--line:#2c343d;--shade:#1d232a;
--accent:#6cb8ee;--hit:40,130,200;--error:255,130,40;--warn-paper:#33260f;--warn-line:#e09a2b}}
)";

constexpr const char* layout = R"(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 24px 48px}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.3rem;margin:0 0 .6rem;padding-top:1.6rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
section{margin-top:2rem}
section:first-of-type{margin-top:.4rem}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--accent)}
h1,h2,h3,p,dd,figcaption{overflow-wrap:anywhere}
table{overflow-wrap:normal}
td{max-width:42rem;overflow-wrap:break-word}
.subtitle,.note,figcaption,footer{color:var(--muted)}
.note,figcaption{font-size:.9rem}
.lead{font-size:1.12rem}
footer{margin-top:3rem;font-size:.85rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:.7rem 0;margin:1.4rem 0 0;border-top:1px solid var(--line)}
)";

constexpr const char* parts = R"(
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:1.2rem 0}
.headline{background:var(--shade);border-radius:8px;padding:12px 14px}
.headline .what,.headline .remark{color:var(--muted);font-size:.86rem;line-height:1.35}
.headline .value{font-size:1.7rem;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.notice{border-left:4px solid var(--accent);background:var(--shade);padding:9px 14px;margin:.6rem 0;border-radius:0 6px 6px 0;overflow-wrap:anywhere}
.notice.warning{border-color:var(--warn-line);background:var(--warn-paper)}
.scroll{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--muted);vertical-align:bottom}
td.number,th.number{text-align:right}
td.number{white-space:nowrap}
td.missing{color:var(--faint)}
.strong{font-weight:650}
th[title]{text-decoration:underline dotted;text-underline-offset:3px;cursor:help}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.15rem 1.2rem;margin:.8rem 0}
dt{color:var(--muted)}
dd{margin:0}
dd dl,dd .scroll{margin:0 0 .4rem}
figure{margin:0;min-width:0}
figcaption{margin-top:.4rem;line-height:1.4}
figcaption strong{color:var(--ink)}
img{display:block;max-width:100%}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--smallest)),1fr));gap:28px 32px;margin:1rem 0}
details{margin:.8rem 0}
summary{cursor:pointer;color:var(--accent)}
pre{background:var(--shade);border-radius:6px;padding:12px 14px;overflow:auto;max-height:32rem;font:.82rem/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.confusion th,.confusion td{text-align:right;border:0;padding:6px 10px}
.confusion td{min-width:4.6rem;border:2px solid var(--paper)}
.confusion td.hit{background:rgba(var(--hit),var(--depth))}
.confusion td.error{background:rgba(var(--error),var(--depth))}
.confusion td.deep,.confusion td.deep small{color:#ffffff}
.confusion td.none{color:var(--faint)}
.confusion td small{display:block;color:var(--muted);font-size:.76rem;line-height:1.3}
.confusion th[scope=row]{vertical-align:middle;text-align:right;color:var(--ink)}
.confusion .corner{font-weight:400;font-size:.82rem}
.confusion .total{color:var(--muted);vertical-align:middle}
.confusion.crowded{font-size:.72rem}
.confusion.crowded th,.confusion.crowded td{padding:2px 4px}
.confusion.crowded td{min-width:2.2rem;border-width:1px}
.confusion.crowded th[scope=col]{height:9rem;position:relative;min-width:2.2rem}
.confusion.crowded th[scope=col] span{position:absolute;bottom:4px;right:50%;writing-mode:vertical-rl;transform:translateX(50%) rotate(180deg);max-height:8.6rem;overflow:hidden;white-space:nowrap}
)";

constexpr const char* pictures = R"(
.layers{display:grid;background:#000000;border-radius:4px;overflow:hidden}
.layers img{grid-area:1/1;width:100%;height:auto}
.layers.sharp img{image-rendering:pixelated}
.switched input:not(:checked)~div .overlay{visibility:hidden}
.switched input,.switched label{cursor:pointer}
.key{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;padding:0;margin:.8rem 0;font-size:.93rem}
.key .swatch{display:inline-block;width:1.1em;height:1.1em;margin-right:.45em;vertical-align:-.15em;border-radius:2px;background:var(--swatch)}
.key .swatch.outline{background:#5a5f66;border:2px solid #5a5f66;box-shadow:inset 0 0 0 2px var(--swatch)}
)";

constexpr const char* screens = R"(
@media (max-width:600px){main{padding:18px 14px 32px}h1{font-size:1.45rem}.grid{gap:22px}
dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.4rem}th,td{padding:4px 8px}
.headlines{grid-template-columns:1fr 1fr;gap:8px}.headline{padding:9px 10px}.headline .value{font-size:1.35rem}
.confusion td{min-width:3.6rem}}
@media print{@page{size:A4;margin:14mm}
body{font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}
nav,.switched input,.switched label{display:none}h2,h3{break-after:avoid}figure,.headline,.notice,tr{break-inside:avoid}.scroll{overflow:visible}
.grid{grid-template-columns:1fr 1fr}
dl{grid-template-columns:minmax(0,max-content) minmax(9rem,1fr)}dt{max-width:16rem}
dd.nested{grid-column:1/-1;padding-left:1.2rem}dd.nested table{font-size:8pt}dd.nested th,dd.nested td{padding:2px 6px}
thead{display:table-header-group}}
)";

}  // namespace

std::string page_style() { return colours + plot_style() + layout + parts + pictures + screens; }

}  // namespace fossilct
