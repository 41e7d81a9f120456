/**
 * How the page looks.
 *
 * @module
 */

/** The style sheet, to the letter: the page allows what has its hash. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #f6f7f8; --card: #fff; --text: #1b1d20; --quiet: #5a6068;
  --edge: #dcdfe3; --grid: #e8eaed; --link: #1f55b5; --code: #f0f2f4;
  --fault: #a8160c; --notice: #7a5200; --good: #0c6b2a;
  --running: #a9dcb2; --on-running: #0a3a16;
  --idle: #cfe0f5; --on-idle: #143558;
  --paused: #f8dc94; --on-paused: #473300;
  --asleep: #ddcff8; --on-asleep: #351a6b;
  --failed: #f2a199; --on-failed: #560b05;
  --off: #c9ced4; --on-off: #20252a;
  --moving: #b3dfec; --on-moving: #083c4d;
  --saving: #e8d2bd; --on-saving: #46290f;
  --debug: #f2c9e2; --on-debug: #570c40;
  --mixed: #f3cdb4; --on-mixed: #4f2408;
  --unknown: #e6e8eb; --unknown-ink: #c6cacf; --on-unknown: #3c4249;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #131518; --card: #1b1e22; --text: #e8eaed; --quiet: #a2a9b2;
    --edge: #343940; --grid: #2a2e34; --link: #8ab4ff; --code: #262a30;
    --fault: #ff9d93; --notice: #f0c65c; --good: #7ddb95;
    --running: #1f6335; --on-running: #dcf7e2;
    --idle: #2a4766; --on-idle: #dfebfb;
    --paused: #6e5512; --on-paused: #fff0c2;
    --asleep: #4a3487; --on-asleep: #ece3ff;
    --failed: #97312a; --on-failed: #ffe6e3;
    --off: #474e57; --on-off: #eceef1;
    --moving: #1f586a; --on-moving: #d9f3fb;
    --saving: #634630; --on-saving: #f8e7d9;
    --debug: #722e5a; --on-debug: #ffe0f4;
    --mixed: #704227; --on-mixed: #ffe6d6;
    --unknown: #2b2f35; --unknown-ink: #42474f; --on-unknown: #c8cdd3;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
footer { padding: 8px 24px 40px; color: var(--quiet); font-size: 13px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 12px; }
h3 { font-size: 15px; margin: 0 0 8px; }
p { margin: 0 0 8px; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.about { color: var(--quiet); overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 0; padding: 0; }
.facts div, .card {
  background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
}
.facts div { padding: 10px 16px; min-width: 120px; }
.facts dt { color: var(--quiet); font-size: 12px; }
.facts dd { margin: 0; font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.card { padding: 16px 20px; margin: 0 0 14px; }
ul.card { padding-left: 36px; }
.fault { color: var(--fault); } .notice { color: var(--notice); } .good { color: var(--good); }
.quiet { color: var(--quiet); font-weight: 400; }
code, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
code { background: var(--code); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
.bar { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: center; margin: 0 0 12px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 16px; list-style: none; margin: 0; padding: 0; font-size: 13px; }
.swatch { width: 16px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.defs { position: absolute; }
.scroll { overflow-x: auto; margin: 0 -12px; padding: 0 12px; }
.line { display: block; width: 100%; min-width: 760px; overflow: visible; }
.line text { font-size: 11px; fill: var(--text); }
.line .tick { fill: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; }
.line .grid { stroke: var(--grid); }
.line .mark { stroke: var(--quiet); }
.line .dot { fill: var(--card); stroke: var(--quiet); stroke-width: 1.5; }
.line .label { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
.line .foreign text, .line .foreign .label { fill: var(--quiet); }
.line .alarm text { fill: var(--fault); font-weight: 600; }
.line .alarm .mark, .line .alarm .dot { stroke: var(--fault); }
.line .loop { stroke: var(--quiet); stroke-width: 2; stroke-dasharray: 2 3; }
.none { stroke: var(--quiet); stroke-dasharray: 3 4; }
.line a:hover text { text-decoration: underline; }
.line rect { stroke: var(--card); stroke-width: 1; } .line .thin { stroke: none; }
.s-running { fill: var(--running); } .line .t-running { fill: var(--on-running); }
.s-idle { fill: var(--idle); } .line .t-idle { fill: var(--on-idle); }
.s-paused { fill: var(--paused); } .line .t-paused { fill: var(--on-paused); }
.s-asleep { fill: var(--asleep); } .line .t-asleep { fill: var(--on-asleep); }
.s-failed { fill: var(--failed); } .line .t-failed { fill: var(--on-failed); }
.s-off { fill: var(--off); } .line .t-off { fill: var(--on-off); }
.s-moving { fill: var(--moving); } .line .t-moving { fill: var(--on-moving); }
.s-saving { fill: var(--saving); } .line .t-saving { fill: var(--on-saving); }
.s-debug { fill: var(--debug); } .line .t-debug { fill: var(--on-debug); }
.s-mixed { fill: var(--mixed); } .line .t-mixed { fill: var(--on-mixed); }
.s-unknown { fill: url(#unknown); } .line .t-unknown { fill: var(--on-unknown); }
.s-unclear { fill: url(#unclear); } .line .t-unclear { fill: var(--on-unknown); }
.s-gone { fill: none; }
.p-unknown { fill: var(--unknown); } .p-ink { stroke: var(--unknown-ink); stroke-width: 3; }
.p-unclear { fill: var(--running); } .p-doubt { stroke: var(--paused); stroke-width: 3; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 14px; align-items: start; }
.grid2 > .card { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-size: 12px; font-weight: 600; color: var(--quiet); }
th, td { padding: 6px 12px 6px 0; vertical-align: top; border-bottom: 1px solid var(--grid); }
tr:last-child > td { border-bottom: 0; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.share { width: 30%; min-width: 80px; } .share svg { width: 100%; height: 10px; display: block; margin-top: 6px; }
.track { fill: var(--code); }
details.stop > summary { cursor: pointer; font-weight: 600; }
details.stop > .chain { margin-left: 4px; }
details.stop > summary .quiet { font-size: 13px; }
.chain { list-style: none; margin: 12px 0 4px; padding: 0 0 0 2px; }
.chain li { position: relative; padding: 0 0 10px 26px; overflow-wrap: anywhere; }
.chain li::before {
  content: ""; position: absolute; left: 4px; top: 7px; width: 9px; height: 9px;
  border-radius: 50%; border: 2px solid var(--quiet); background: var(--card);
}
.chain li::after {
  content: ""; position: absolute; left: 10px; top: 22px; bottom: -5px; border-left: 1px solid var(--quiet);
}
.chain li:last-child::after { display: none; }
.chain .state::before { border-color: var(--fault); background: var(--fault); }
.chain .back::before { border-color: var(--good); background: var(--good); }
.chain .where { color: var(--quiet); font-size: 12px; margin-left: 6px; white-space: nowrap; }
.regs td, .all .regs td { overflow-wrap: normal; } .regs td:first-child { white-space: nowrap; } .regs .mono { white-space: nowrap; }
.regs { margin: 6px 0 2px; width: auto; } .regs td { padding-right: 18px; border-bottom: 0; padding-top: 2px; padding-bottom: 2px; }
.controls { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; margin: 0 0 12px; }
.controls[hidden] { display: none; }
input[type="search"], select, button {
  font: inherit; font-size: 14px; color: inherit; background: var(--card); border: 1px solid var(--quiet);
  border-radius: 7px; padding: 5px 10px; min-height: 34px;
}
input[type="search"] { width: 280px; max-width: 100%; }
button { cursor: pointer; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 14px; }
legend { float: left; padding: 0; margin-right: 12px; color: var(--quiet); }
.all td { overflow-wrap: anywhere; } .all td.when, .all td.num { overflow-wrap: normal; }
.when { white-space: nowrap; font-variant-numeric: tabular-nums; } .when time { display: block; color: var(--quiet); font-size: 12px; }
.all thead th { position: sticky; top: 0; background: var(--card); box-shadow: 0 1px 0 var(--edge); border-bottom: 0; padding-top: 10px; padding-bottom: 8px; z-index: 1; }
.all tr:target td { background: var(--code); }
.tag { display: inline-block; font-size: 12px; border: 1px solid var(--edge); border-radius: 99px; padding: 0 8px; color: var(--quiet); white-space: nowrap; }
.tag.fault { color: var(--fault); border-color: currentColor; } .tag.notice { color: var(--notice); border-color: currentColor; }
.hides { display: none; }
@media (max-width: 640px) {
  header, main, footer { padding-left: 14px; padding-right: 14px; }
  .card { padding: 12px 14px; }
}
@media (max-width: 760px) {
  .all, .all > tbody { display: block; } .all > thead { display: none; }
  .all > tbody > tr:not(.hides) { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; padding: 8px 0; border-bottom: 1px solid var(--grid); }
  .all > tbody > tr > td { padding: 0; border-bottom: 0; } .all > tbody > tr > td.num::before { content: "line "; }
  .all > tbody > tr > td:last-child { flex: 1 0 100%; min-width: 0; } .all > tbody > tr > td:empty { display: none; }
  .all td.when { white-space: normal; }
  .regs, .regs > tbody { display: block; } .regs tr { display: flex; flex-wrap: wrap; gap: 0 12px; padding: 2px 0; } .regs td { padding: 0; }
  .regs td:last-child { flex: 1 0 100%; } .regs td:empty { display: none; } .regs .mono { white-space: normal; overflow-wrap: anywhere; }
  .chain .where { white-space: normal; }
}
@media print {
  body { background: #fff; } .controls { display: none; } .card { break-inside: avoid; }
}
`;

/** Its hash, for the page's Content-Security-Policy. */
export const styleHash = "sha256-ycgZKtPSWjqHlokGxW1aFQo2uHQlPOoKFK0HlD95/mE=";
