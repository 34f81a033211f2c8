/** How the page looks: light or dark as the reader's system is, and on paper always light. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --panel: #fff; --text: #1d2126; --muted: #59616b; --line: #dcdfe3; --focus: #1f6feb;
  --code: #f0f1f3;
  --yes: #0a5c3c; --on-yes: #dff3e7;
  --half: #7a4300; --on-half: #fdeccf;
  --not-known: #54389c; --on-not-known: #ece6fb;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #121417; --panel: #1a1d22; --text: #e7e9ec; --muted: #a6aeb9; --line: #343a43; --focus: #6ea8ff;
    --code: #272c34;
    --yes: #8fe0b4; --on-yes: #123524;
    --half: #f5c27a; --on-half: #402a08;
    --not-known: #cbb8ff; --on-not-known: #2d2350;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 90rem;
  background: var(--page); color: var(--text);
  font: 0.9375rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0 0 0.25rem; font-size: 1.625rem; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.75rem; font-size: 1.125rem; overflow-wrap: anywhere; }
p { margin: 0; }
header > p { max-width: 46rem; color: var(--muted); }
ul { margin: 0; padding: 0; list-style: none; }
code, .path { font-family: ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace; font-size: 0.8125rem; }
code { padding: 0.05em 0.3em; border-radius: 0.25em; background: var(--code); overflow-wrap: anywhere; }
.path { margin-inline-start: 0.5rem; color: var(--muted); font-weight: 400; }
.legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.5rem; margin: 1rem 0; color: var(--muted); font-size: 0.8125rem; }

[role=search] { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: end; margin: 1.25rem 0 0; }
label { display: grid; gap: 0.25rem; color: var(--muted); font-size: 0.8125rem; font-weight: 600; }
input {
  width: min(20rem, 80vw); padding: 0.45rem 0.6rem; border: 1px solid var(--muted); border-radius: 0.4rem;
  background: var(--panel); color: var(--text); font: inherit; font-size: 0.9375rem; font-weight: 400;
}
input::placeholder { color: var(--muted); opacity: 1; }
output { padding: 0.45rem 0; color: var(--muted); overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }

section { margin-top: 1.75rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--panel); }
.scroll { overflow-x: auto; margin: 0 -1.25rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.6rem 0.75rem; border-top: 1px solid var(--line); text-align: start; vertical-align: top; }
th:first-child { padding-inline-start: 1.25rem; }
td:last-child, th:last-child { padding-inline-end: 1.25rem; }
thead th { color: var(--muted); font-size: 0.8125rem; vertical-align: bottom; }
tbody th { min-width: 11rem; max-width: 22rem; font-weight: 600; overflow-wrap: anywhere; }
tbody th p { color: var(--muted); font-size: 0.8125rem; font-weight: 400; }
tbody tr:hover { background: color-mix(in srgb, var(--code) 45%, transparent); }
td { min-width: 5rem; max-width: 20rem; font-size: 0.8125rem; }
td.no { color: var(--muted); }
td.no > div { display: none; }
td.no:has(> div)::after { content: 'no'; }
.kind { color: var(--muted); font-weight: 400; }

.mark { display: inline-block; padding: 0.05rem 0.55rem; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
.mark::before { display: inline-block; width: 0.6em; height: 0.6em; margin-inline-end: 0.4em; border: 1.5px solid currentColor; border-radius: 50%; content: ''; }
.yes { background: var(--on-yes); color: var(--yes); }
.yes::before { background: currentColor; }
.mark.half { background: var(--on-half); color: var(--half); }
.mark.half::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%); }
.not-known { background: var(--on-not-known); color: var(--not-known); }
.not-known::before { border-style: dashed; }
div.half { margin-top: 0.35rem; }
div.half > span { color: var(--muted); }
div.half :is(ul, li) { display: inline; }
div.half li:not([hidden]) ~ li::before { content: ' or '; color: var(--muted); }

dl { display: grid; gap: 0.35rem; margin: 1rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 0.8125rem; }
.nobody + dl { margin-top: 0; }
dl > div { display: grid; grid-template-columns: 6rem 1fr; gap: 0.75rem; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }

@media print {
  @page { size: landscape; margin: 12mm; }
  :root { --page: #fff; font-size: 10pt; }
  body { padding: 0; max-width: none; }
  label { display: none; }
  section { padding: 0; border: 0; }
  .scroll { overflow: visible; margin: 0; }
  th:first-child { padding-inline-start: 0; }
  tr, dl > div, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
  .mark, code { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
