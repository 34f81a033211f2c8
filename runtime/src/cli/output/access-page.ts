import { createHash } from 'node:crypto';

import type { Entry } from '../../access/answer.js';
import { VERBS, type Halves, type Scope } from '../../access/lockfile.js';
import { expressionOf } from '../../access/pattern.js';
import type { AccessReport, CompartmentReport } from '../../access/report.js';
import { bindingWords, questionWords, scopeWords, VERB_WORDS } from '../../access/words.js';
import { SCRIPT } from './access-page-script.js';
import { STYLE } from './access-page-style.js';
import { withoutControls } from './terminal.js';

/** A page that shows who can use a secret, or any: one file, which loads nothing. */
export function accessPage(report: AccessReport): string {
  const { question, compartments, notKnown } = report;
  const title = `Who can use ${questionWords(question)}`;
  const policy = [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    `script-src '${hash(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p>As the templates of the app say. What other apps, grants made in KMS, and the policies of an organization give or refuse is not seen here.</p>
<ul class="legend">
<li>${mark('yes')} within the limits below it, if any</li>
<li>${mark('half')} allowed by the table or the key alone, so refused</li>
<li>${mark('not known')} only the deployment knows</li>
</ul>
<div role="search" hidden>
<label>Secret <input type="search" id="secret" placeholder="app/db.password" autocomplete="off" spellcheck="false"></label>
<label>Who <input type="search" id="who" placeholder="role" autocomplete="off" spellcheck="false"></label>
<output for="secret who"></output>
</div>
</header>
<main>
${compartments.length === 0 ? '<p>The app has no compartment.</p>' : compartments.map(section).join('\n')}
${notKnown.length === 0 ? '' : `<section aria-labelledby="not-known">\n<h2 id="not-known">Not known of the app</h2>\n${list(notKnown)}\n</section>`}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(its: CompartmentReport, index: number): string {
  const { access, aliases, key, name, path, table } = its;
  const shows = new Set(access.map(({ principal }) => principal));
  const onPurpose = its.acknowledged
    .filter(({ principal }) => shows.has(principal))
    .map(({ rule, principal, reason }) => `${rule}, ${principal}: ${reason}`);
  const facts: [string, string][] = [
    ['Table', code(table)],
    ['Key', [key, ...aliases].map(code).join(', ')],
    ['Names', escaped(bindingWords(its))],
    ...(onPurpose.length > 0 ? [['On purpose', list(onPurpose)] as [string, string]] : []),
    ...(its.notKnown.length > 0 ? [['Not known', list(its.notKnown)] as [string, string]] : []),
  ];
  const id = `compartment-${index}`;
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${escaped(name)} <span class="path">${escaped(path)}</span></h2>
${access.length === 0 ? '' : matrix(access, id)}
<p class="nobody"${access.length === 0 ? '' : ' hidden'}>Nobody.</p>
<dl>${facts.map(([term, fact]) => `<div><dt>${term}</dt><dd>${fact}</dd></div>`).join('')}</dl>
</section>`;
}

function matrix(access: readonly Entry[], id: string): string {
  const verbs = VERBS.filter((verb) => access.some((each) => each.verb === verb));
  const principals = [...new Set(access.map(({ principal }) => principal))];
  const head = verbs.map((verb) => `<th scope="col">${VERB_WORDS[verb]}</th>`).join('');
  const rows = principals.map((principal) => {
    const cells = verbs.map((verb) =>
      cell(access.find((each) => each.principal === principal && each.verb === verb)),
    );
    return `<tr><th scope="row">${who(principal)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<thead><tr><th scope="col">who</th>${head}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

/** What stands under the names of those who are no single identity. */
const NOTES: Readonly<Record<string, string>> = {
  anybody: 'each identity of the account, too',
  group: 'each of its users, too',
  policy: 'nobody of the app has it',
};

/** Who it is, after what kind of principal it is. */
function who(principal: string): string {
  const [, kind = '', name = ''] = /^(\w+) ([^]+)$/.exec(principal) ?? [];
  const note = NOTES[name === '' ? principal : kind];
  const said =
    name === ''
      ? `<bdi>${escaped(principal)}</bdi>`
      : `<span class="kind">${kind}</span> <bdi>${escaped(name).replaceAll('/', '/<wbr>')}</bdi>`;
  return said + (note === undefined ? '' : `<p>${note}</p>`);
}

function cell(entry: Entry | undefined): string {
  if (!entry) return '<td class="no">no</td>';
  const { verb, answer } = entry;
  return `<td><div${verb === 'control' ? ' class="either"' : ''}>${mark(answer)}${limits(entry)}</div></td>`;
}

function mark(answer: Entry['answer']): string {
  return `<span class="mark ${answer.replace(' ', '-')}">${answer}</span>`;
}

/** What the halves are limited to. That a half isn't limited is said only beside one that lacks. */
function limits({ verb, answer, table, key }: Entry): string {
  if (JSON.stringify(table) === JSON.stringify(key)) return half('table and key', table);
  const isSaid = (scopes: Halves['table']) =>
    scopes !== undefined && (answer === 'half' || verb === 'control' || !isEverything(scopes));
  return [isSaid(table) && half('table', table), isSaid(key) && half('key', key)]
    .filter((each) => each !== false)
    .join('');
}

function half(where: string, scopes: readonly Scope[] = []): string {
  if (where === 'table and key' && isEverything(scopes)) return '';
  const items = scopes.map((each) => `<li${patterns(each)}>${scopeWords(each, code)}</li>`);
  return `<div class="half"><span>${where}:</span> <ul>${items.join('') || '<li class="nothing">nothing</li>'}</ul></div>`;
}

function isEverything(scopes: readonly Scope[]): boolean {
  return scopes.some((each) => Object.keys(each).length === 0);
}

/** The names that a scope is about, for the filter. */
function patterns({ names, except = [] }: Scope): string {
  const excepted = except.flatMap(({ names: its = [], ...others }) =>
    Object.keys(others).length === 0 ? its : [],
  );
  return (
    attribute('names', names) + attribute('except', excepted.length > 0 ? excepted : undefined)
  );
}

function attribute(name: string, patterns: readonly string[] | undefined): string {
  if (patterns === undefined) return '';
  return ` data-${name}="${escaped(JSON.stringify(patterns.map(expressionOf)))}"`;
}

function list(texts: readonly string[]): string {
  return `<ul>${texts.map((each) => `<li>${escaped(each)}</li>`).join('')}</ul>`;
}

function code(value: string): string {
  return `<code>${escaped(value)}</code>`;
}

/** A text of a template, which may hold anything. */
function escaped(text: string): string {
  return withoutControls(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
