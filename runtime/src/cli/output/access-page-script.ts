/**
 * The filter of the page. Without it, the page shows all.
 *
 * A half that is limited to other names hides its cell, as does a half of which all alternatives are.
 */
export const SCRIPT = `'use strict';
const secret = document.getElementById('secret');
const who = document.getElementById('who');
const search = document.querySelector('[role=search]');
const output = document.querySelector('output');

const some = (expressions, name) =>
  JSON.parse(expressions).some((each) => new RegExp(each, 'u').test(name));

const isAbout = ({ dataset: { names, except } }, name) =>
  name === '' ||
  ((names === undefined || some(names, name)) && (except === undefined || !some(except, name)));

function filterCell(cell, name) {
  const halves = [...cell.querySelectorAll('.half')].map((half) => {
    const items = [...half.querySelectorAll('li:not(.nothing)')];
    for (const item of items) item.hidden = !isAbout(item, name);
    return items.length === 0 || items.some((item) => !item.hidden);
  });
  const shows = cell.firstChild.className === 'either' ? halves.some(Boolean) : halves.every(Boolean);
  cell.classList.toggle('no', !shows);
  return shows;
}

function filter() {
  const name = secret.value.trim();
  const text = who.value.trim().toLowerCase();
  let [shown, all] = [0, 0];
  for (const section of document.querySelectorAll('section')) {
    const rows = [...section.querySelectorAll('tbody tr')];
    for (const row of rows) {
      const cells = [...row.querySelectorAll('td:has(div)')];
      const shows = cells.map((cell) => filterCell(cell, name)).some(Boolean);
      row.hidden = !shows || !row.firstChild.textContent.toLowerCase().includes(text);
    }
    const left = rows.filter((row) => !row.hidden).length;
    for (const table of section.querySelectorAll('.scroll')) {
      table.hidden = left === 0;
      table.nextElementSibling.hidden = left > 0;
    }
    shown += left;
    all += rows.length;
  }
  const asked = [name, text].filter((each) => each !== '').join(', ');
  output.textContent = shown + ' of ' + all + ' principals' + (asked && ': ' + asked);
}

search.hidden = false;
search.addEventListener('input', filter);
filter();
`;
