// make bench: prints the tables of docs/PERFORMANCE.md anew. `node tests/bench/run.js lines agents` prints these only.

import { exit, stdout } from 'node:process';

/** @typedef {{ title: string, note?: string, run: () => Promise<string> }} Table */

const NAMES = ['metrics', 'report', 'deadlines', 'lines', 'flood', 'agents', 'cluster', 'beats'];
/** Long ones, which one asks for by name. */
const BY_NAME = ['page', 'memory', 'lighthouse'];

/** @param {string} name @returns {Promise<Table>} */
const load = async (name) => (await import(`./tables/${name}.js`)).table;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => ![...NAMES, ...BY_NAME].includes(name));
if (unknown.length > 0) {
  console.error(`There is no table ${unknown.join(', ')}. There are: ${[...NAMES, ...BY_NAME].join(', ')}`);
  exit(2);
}

for (const name of wanted.length > 0 ? wanted : NAMES) {
  const { title, note, run } = await load(name);
  const began = Date.now();
  stdout.write(`## ${title}\n\n${note ? `${note}\n\n` : ''}`);
  stdout.write(`${await run()}\n\n(${name}: ${Math.round((Date.now() - began) / 1000)} s)\n\n`);
}
exit();
