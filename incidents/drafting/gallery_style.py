"""How the page of drafts looks: by itself, in light and dark, on paper-wide and phone screens."""

from typing import Final

from markupsafe import Markup

# Text on its background is at least 7:1 in both schemes.
STYLE: Final = Markup("""
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #1b1f24;
  --dim: #4a525d; --line: #c8ccd2; --link: #0b4fa0; --bad: #9c1c14; --warn: #704700;
  --plus: #0d5c2b; --soft: #eef0f3; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1216; --card: #171b21; --ink: #eceff3;
  --dim: #b6bec9; --line: #3d444d; --link: #9ecbff; --bad: #ff9c93; --warn: #f0c071;
  --plus: #8fdba8; --soft: #20262e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 -apple-system,
  'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', 'PingFang SC',
  'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; margin: 0 0 8px; }
h2 { font-size: 20px; line-height: 1.3; margin: 0 0 8px; }
h3 { font-size: 17px; margin: 0; }
p { margin: 0 0 8px; }
a { color: var(--link); }
.lead { max-width: 46em; }
.dim { color: var(--dim); font-size: 14px; }
nav ul { list-style: none; margin: 16px 0 0; padding: 0; }
nav li { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; padding: 6px 0;
  border-top: 1px solid var(--line); }
.tally, nav .dim { white-space: nowrap; font-size: 14px; }
section { margin-top: 40px; padding-top: 16px; border-top: 3px solid var(--line); }
dl { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0 0 12px; }
dt { color: var(--dim); font-size: 13px; }
dd { margin: 0; }
.cards { display: grid; gap: 12px; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 14px; min-width: 0; }
article p { margin: 0 0 6px; }
.files a { display: inline-block; padding: 4px 12px 4px 0; }
ul.findings { list-style: none; margin: 4px 0 8px; padding: 0; }
ul.findings li { border-left: 4px solid var(--warn); padding: 2px 0 2px 10px; margin: 0 0 6px; }
ul.findings li.blocking { border-color: var(--bad); }
.warning b, .tally.warning { color: var(--warn); }
.blocking b, .tally.blocking { color: var(--bad); font-weight: 700; }
.none { color: var(--plus); }
.common { background: var(--soft); border-radius: 8px; padding: 8px 12px; margin: 0 0 12px; }
.common ul.findings { margin-top: 8px; }
summary { cursor: pointer; padding: 4px 0; }
pre { margin: 4px 0 0; padding: 8px; background: var(--soft); border-radius: 6px;
  font: 13px/1.45 ui-monospace, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace;
  white-space: pre-wrap; }
.added { color: var(--plus); }
.removed { color: var(--bad); }
.place { color: var(--dim); }
@media print { body { background: #fff; } article { break-inside: avoid; } }
""")
"""Trusted: no value is put into it. The page allows exactly this style, by its digest."""
