// A reporter for node --test that writes one line: how many tests passed and how many failed.

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* count(source) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    // A suite is not a test, nor is a file, unless it failed as a whole.
    const group = data?.details?.type === 'suite' || data?.name?.endsWith('.test.js');
    if (type === 'test:pass' && !group && !data.skip && !data.todo) passed++;
    if (type === 'test:fail' && data?.details?.type !== 'suite' && !data.todo && !isEcho(data)) failed++;
  }
  yield `${passed} ${failed}\n`;
}

/** A test or file that failed only because a test within it did. @param {any} data */
function isEcho(data) {
  return data.details?.error?.failureType === 'subtestsFailed';
}
