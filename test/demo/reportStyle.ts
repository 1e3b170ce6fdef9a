/** The report's style: one column, light and dark. The colours stay apart for colour-blind readers. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fcfcfb; --card: #fff; --ink: #1c1c1a; --soft: #6b6a66; --rule: #e6e5e0;
  --s1: #2a78d6; --s2: #e8772e; --s3: #1f9d6b; --bad: #c22f2f; --good: #1f7a4d; }
@media (prefers-color-scheme: dark) { :root { --page: #161615; --card: #1f1f1d; --ink: #f1f0ec; --soft: #a3a19a;
  --rule: #34332f; --s1: #5b9df0; --s2: #f0944f; --s3: #3cbf8a; --bad: #f07070; --good: #56c48b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 16px; margin: 0 0 2px; }
.lead { color: var(--soft); margin: 4px 0 20px; }
.badge { display: inline-block; border-radius: 99px; padding: 2px 12px; font-size: 13px; font-weight: 600;
  border: 1px solid currentColor; margin-right: 8px; }
.good { color: var(--good); } .bad { color: var(--bad); } .note { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0; }
.tile, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.tile { padding: 12px 16px; } .tile b { display: block; font-size: 26px; font-weight: 600; line-height: 1.2; }
.tile span { color: var(--soft); font-size: 13px; }
section { padding: 16px 20px; margin: 12px 0; }
section > p { margin: 0 0 8px; color: var(--soft); font-size: 13px; }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--rule); stroke-width: 1; } .axis { fill: var(--soft); font-size: 11px; }
.stroke { fill: none; stroke-width: 2; stroke-linejoin: round; } .fill { stroke: none; opacity: .18; }
.stroke.s1 { stroke: var(--s1); } .stroke.s2 { stroke: var(--s2); } .stroke.s3 { stroke: var(--s3); }
.fill.s1, .bar.s1 { fill: var(--s1); } .fill.s2, .bar.s2 { fill: var(--s2); } .fill.s3, .bar.s3 { fill: var(--s3); }
.stroke.s3 { stroke-dasharray: 5 4; }
.legend { display: flex; gap: 18px; font-size: 13px; color: var(--soft); margin-bottom: 6px; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 12px; }
.columns section { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } td, th { padding: 5px 8px 5px 0; text-align: left; vertical-align: top; }
tr + tr td { border-top: 1px solid var(--rule); } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; width: 1%; }
td.bar { width: 45%; } td.bar div { height: 12px; border-radius: 3px; background: var(--s1); min-width: 2px; margin-top: 5px; }
`;
