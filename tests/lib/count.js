// A reporter for `node --test`: one line says how many tests passed and failed, then one line names each failure.

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

/** Whether a test or file failed only because a test within it did. @param {any} data */
function isEcho(data) {
  return data.details?.error?.failureType === 'subtestsFailed';
}

/** What failed and why, in one line. @param {any} data */
function told(data) {
  const error = data.details?.error;
  const cause = error?.cause?.message ?? error?.message ?? '';
  return `${data.name}: ${cause.replace(/\s+/g, ' ')}`.slice(0, SAID_OF_A_FAILURE);
}
