// A reporter for node --test: a line with how many tests passed and how many failed, then one for each that failed.

const SAID_OF_A_FAILURE = 240;

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* count(source) {
  let passed = 0;
  const failures = [];
  for await (const { type, data } of source) {
    // A suite is not a test, nor is a file, unless it failed as a whole.
    const group = data?.details?.type === 'suite' || data?.name?.endsWith('.test.js');
    if (type === 'test:pass' && !group && !data.skip && !data.todo) passed++;
    if (type === 'test:fail' && data?.details?.type !== 'suite' && !data.todo && !isEcho(data)) failures.push(data);
  }
  yield `${passed} ${failures.length}\n`;
  for (const failure of failures) yield `${told(failure)}\n`;
}

/** A test or file that failed only because a test within it did. @param {any} data */
function isEcho(data) {
  return data.details?.error?.failureType === 'subtestsFailed';
}

/** What failed, and why, in one line. @param {any} data */
function told(data) {
  const error = data.details?.error;
  const cause = error?.cause?.message ?? error?.message ?? '';
  return `${data.name}: ${cause.replace(/\s+/g, ' ')}`.slice(0, SAID_OF_A_FAILURE);
}
