/** @file The frame of every page: one HTML document that needs nothing beside it and may load nothing. */
import { html, type Part, raw } from './html.js';

/** The page may show what it holds and nothing else: no script, no request, whatever text a data set brings. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** What a page is made of. */
export interface Page {
  /** Title of the window, before the name of the program. */
  readonly title: string;
  /** Style beside that of all pages. */
  readonly style?: string;
  /** The sections, in their order. */
  readonly sections: readonly Part[];
  /** Version of the program. */
  readonly version: string;
}

/** A whole HTML document with a content security policy; text in it is escaped. */
export function selfContainedPage({ title, style = '', sections, version }: Page): string {
  const lines = sections.map((section) => html`${section}\n`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title} · Mixtura</title>
<style>${raw(STYLE + style)}</style>
</head>
<body>
<main>
${lines}<footer>Made by Mixtura ${version}.</footer>
</main>
</body>
</html>
`.text;
}

/** The style sheet, put into the page. */
const STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #17202c; --soft: #5b6776; --line: #e3e7ec; --card: #f7f8fa;
  --note: #fff6e0; --note-ink: #6b4a00; }
@media (prefers-color-scheme: dark) { :root { --page: #11161d; --ink: #e8ecf1; --soft: #9aa6b4; --line: #28313c;
  --card: #181f28; --note: #33290f; --note-ink: #f0d48a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); -webkit-print-color-adjust: exact; print-color-adjust: exact;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 56px 32px 72px; }
h1 { font-size: clamp(28px, 4.4vw, 44px); line-height: 1.12; letter-spacing: -0.022em; font-weight: 700; margin: 6px 0 14px; text-wrap: balance; }
h2 { font-size: 21px; letter-spacing: -0.01em; font-weight: 650; margin: 0 0 4px; }
h3 { font-size: 15px; font-weight: 600; margin: 0 0 10px; }
p { margin: 0; max-width: 72ch; }
.eyebrow { color: var(--soft); font-size: 13px; letter-spacing: 0.02em; overflow-wrap: anywhere; }
.lead { font-size: 18px; color: var(--soft); }
.verdict { font-size: 18px; margin-top: 8px; }
.hint { color: var(--soft); font-size: 14px; margin-bottom: 20px; max-width: 100ch; }
section { margin-top: 60px; }
.note { background: var(--note); color: var(--note-ink); border-radius: 8px; padding: 10px 16px; margin-top: 16px; max-width: none; } .note + .lead { margin-top: 16px; } .note summary { color: inherit; }
.shares { margin-top: 32px; display: grid; grid-template-columns: max-content 1fr; gap: 6px 14px; align-items: center; font-size: 13px; color: var(--soft); }
.share { display: flex; gap: 2px; height: 44px; }
.share.thin { height: 12px; }
.share i { container-type: inline-size; display: flex; align-items: center; justify-content: center; min-width: 2px; border-radius: 3px; overflow: hidden;
  font: 600 14px/1 system-ui, sans-serif; white-space: nowrap; }
@container (max-width: 46px) { .share span { display: none; } }
.share.thin i { opacity: 0.6; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 20px 28px; margin: 36px 0 0; padding-top: 22px; border-top: 1px solid var(--line); }
dl { margin: 0; } dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; font-size: 13px; color: var(--soft); padding: 0 20px 8px 0; white-space: nowrap; }
td { border-top: 1px solid var(--line); padding: 10px 20px 10px 0; vertical-align: middle; }
td.number, th.number { text-align: right; white-space: nowrap; } td.strong { font-weight: 650; font-size: 18px; }
td.soft { color: var(--soft); font-size: 14px; white-space: nowrap; } td.soft.fill { white-space: normal; } td code { white-space: nowrap; } td.fill { width: 100%; padding-right: 0; }
.name { white-space: nowrap; font-weight: 600; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 10px; vertical-align: -1px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 14px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; margin: 20px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 36px 44px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 40px 44px; }
.pair > figure { max-width: 480px; width: 100%; }
.wide { max-width: 680px; }
figure { margin: 0; break-inside: avoid; min-width: 0; } figcaption { color: var(--soft); font-size: 14px; margin-top: 8px; }
svg { overflow: visible; display: block; width: 100%; height: auto; } svg text { fill: var(--soft); }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
.cards.broad { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.card { min-width: 0; break-inside: avoid; } .card h3 { border-top: 3px solid var(--group, var(--line)); padding-top: 10px; }
details .pair { margin-top: 16px; } .card > svg { max-width: 320px; } .card > p { color: var(--soft); font-size: 13px; margin: 12px 0 6px; } .card > img { width: 100%; } .card .hint { font-weight: 400; }
.given { display: inline-block; max-width: 24ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; font-weight: 400; color: var(--soft); }
.thumbs { display: flex; flex-wrap: wrap; gap: 6px; }
.thumbs figure { width: 56px; } .thumbs img { width: 56px; height: 56px; object-fit: contain; }
.thumbs figcaption { font-size: 10px; line-height: 1.25; max-height: 2.5em; margin-top: 2px; overflow: hidden; overflow-wrap: anywhere; }
td .thumbs figcaption { display: none; } td .thumbs figure, td .thumbs img { width: 44px; height: 44px; }
table.rows { font-size: 13px; } table.rows td.soft { font-size: inherit; } .scroll + .scroll { margin-top: 18px; } td.nowrap { white-space: nowrap; } table.rows td, table.rows th { padding: 4px 14px 4px 0; white-space: nowrap; } table.rows th.kind { color: var(--ink); padding-top: 12px; }
table.all { width: auto; font-size: 12px; } table.all td, table.all th { padding: 3px 14px 3px 0; white-space: nowrap; text-align: right; } table.all th:first-child { text-align: left; } table.all i { color: var(--soft); font-style: normal; }
.pale, .pale th { color: var(--soft); opacity: 0.75; font-weight: 400; } p.pale { font-size: 14px; margin-top: 14px; max-width: 100ch; overflow-wrap: anywhere; }
.meter { height: 8px; min-width: 80px; max-width: 220px; border-radius: 4px; background: var(--line); } .meter i { display: block; height: 100%; border-radius: 4px; background: var(--soft); }
.soft { color: var(--soft); } .legend .name { display: inline-block; margin-right: 14px; }
svg text.place { fill: var(--ink); stroke: var(--page); stroke-width: 4px; paint-order: stroke; font-weight: 700; font-size: 15px; pointer-events: none; }
.metrics { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 22px 44px; }
.metric { border-top: 1px solid var(--line); padding-top: 10px; break-inside: avoid; min-width: 0; } .metric dt code { overflow-wrap: anywhere; } .metric dd { font-weight: 400; }
.metric b { font-size: 18px; } .metric p { font-size: 14px; } .metric .hint { font-size: 12px; margin: 4px 0 0; }
details.small { font-size: 14px; } details.small ul { color: var(--soft); margin: 8px 0 0; padding-left: 20px; } p.remark { margin: 12px 0 0; }
details { margin-top: 16px; } summary { cursor: pointer; color: var(--soft); } details table { margin-top: 12px; font-size: 14px; } details td { padding: 5px 20px 5px 0; }
footer { margin-top: 72px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
@media (max-width: 640px) { main { padding: 32px 18px 48px; }
  table.stack, table.stack tbody, table.stack tr, table.stack td { display: block; } table.stack tr.head { display: none; }
  table.stack tr { border-top: 1px solid var(--line); padding: 10px 0; } table.stack td { border: 0; padding: 3px 0; white-space: normal; }
  table.stack td[data-name] { display: flex; gap: 14px; justify-content: space-between; text-align: left; align-items: center; } table.stack td[data-name]::before { content: attr(data-name); color: var(--soft); font-size: 13px; font-weight: 400; flex: none; }
  table.stack td.fill { width: auto; } table.stack .meter { flex: 1; } }
@media print { :root { --page: #fff; --ink: #000; --soft: #444; --line: #ccc; --card: #fff; --note: #fff; --note-ink: #000; color-scheme: light; }
  body { font-size: 12px; } main { max-width: none; padding: 0; } section { margin-top: 28px; } h2 { break-after: avoid; } tr, .metric, .card { break-inside: avoid; } h1 { font-size: 28px; } .scroll { overflow: visible; }
  .cards.broad { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 24px; } table.rows { font-size: 9px; } table.rows td, table.rows th { padding: 2px 8px 2px 0; font-size: 9px; } }
`;
