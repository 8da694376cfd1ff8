// Goal: the log can be followed, searched, read backwards and downloaded; no line is missing and none comes twice.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';

import { Browser, live, textBecomes } from '../lib/browser.js';
import { startStack, temporaryFolder, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const file = join(temporaryFolder(), 'app.log');
writeFileSync(file, '');
await stack.startReporter('worker-001', {
  sections: `[log app]\nsource = file\npath = ${file}\nlogger = Service.app\nlevel = DEBUG\n`,
});
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: 12,
  spread: 0,
});
after(() => simulator.stop());
await simulator.start();

let written = 0;
/** @param {number} count @param {string} [level] @param {string} [text] */
function write(count, level = 'INFO', text = 'line') {
  const lines = Array.from({ length: count }, () => `${new Date().toISOString()} ${level} ${text} ${++written}`);
  appendFileSync(file, `${lines.join('\n')}\n`);
}

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page */
const messages = (page) => page.locator('.log-message').allInnerTexts();

test('a_line_written_on_a_worker_appears_at_once', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  write(1, 'WARNING', 'the disk is slow');
  const line = page.locator('.log-line', { hasText: 'the disk is slow' });
  await line.waitFor();
  assert.equal(await line.getAttribute('data-level'), 'WARNING');
  assert.match(await line.innerText(), /worker-001/);
  await page.context().close();
});

test('filters_are_applied_kept_in_the_address_and_survive_a_reload', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  write(3, 'ERROR', 'needle in a haystack');
  write(3, 'INFO', 'needle of no importance');
  await page.fill('[data-search]', 'NEEDLE');
  await page.selectOption('select[name=level]', 'ERROR');
  await page.fill('input[name=node_id]', 'worker-001');
  await page.fill('input[name=logger_name]', 'service.APP');
  await waitFor(async () => (await page.locator('.log-line').count()) === 3, { what: 'three lines' });
  await waitFor(() => /q=NEEDLE&level=ERROR&node=worker-001&logger=service.APP/.test(page.url()), {
    what: 'the filters in the address',
  });
  assert.equal(await page.locator('mark').first().innerText(), 'needle');
  await page.reload();
  await live(page);
  await waitFor(async () => (await page.locator('.log-line').count()) === 3, { what: 'three lines after a reload' });
  write(1, 'ERROR', 'a late needle');
  await page.locator('.log-line', { hasText: 'a late needle' }).waitFor();
  await page.context().close();
});

test('a_pause_holds_the_view_and_counts_what_comes', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  write(200);
  await page.locator('.log-line', { hasText: `line ${written}` }).waitFor();
  await page.click('[data-action=pause]');
  const place = () => page.locator('.log-scroller').evaluate((element) => element.scrollTop);
  const before = [await place(), (await messages(page))[0]];
  write(50);
  await textBecomes(page, '.log-new', /50 new lines below/);
  assert.deepEqual([await place(), (await messages(page))[0]], before);
  await page.click('.log-new');
  await page.locator('.log-line', { hasText: `line ${written}` }).waitFor();
  await page.context().close();
});

test('scrolling_up_pauses_and_scrolling_down_follows_again', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line', { hasText: `line ${written}` }).waitFor();
  await page.hover('.log-scroller');
  /** A wheel turns nothing that the browser has laid out but not painted yet. @param {number} by @param {boolean} paused */
  const turn = (by, paused) =>
    waitFor(
      async () => {
        await page.mouse.wheel(0, by);
        return (await page.locator('[data-action=pause]').getAttribute('aria-pressed')) === String(paused);
      },
      { what: paused ? 'a pause' : 'the end' },
    );
  await turn(-400, true);
  await turn(100_000, false);
  await page.context().close();
});

test('who_scrolls_up_just_as_lines_are_drawn_is_not_taken_back', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line', { hasText: `line ${written}` }).waitFor();
  await page.locator('.log-scroller').evaluate((scroller) => {
    scroller.scrollTop -= 400;
    window.dispatchEvent(new Event('resize')); // the list is laid out anew before it is told of the scrolling
  });
  await page.locator('[data-action=pause][aria-pressed=true]').waitFor();
  await page.context().close();
});

test('a_line_opens_to_all_its_fields', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  const line = page.locator('.log-line', { hasText: `line ${written}` });
  await line.locator('[data-action=expand]').click();
  assert.match(
    await line.locator('.log-details').innerText(),
    /Level\s+INFO\s+Node\s+worker-001\s+Logger\s+Service\.app/,
  );
  await line.locator('[data-action=expand]').click();
  await line.locator('.log-details').waitFor({ state: 'detached' });
  await page.context().close();
});

test('what_is_held_is_downloaded_as_text_and_as_json_lines', async () => {
  const page = await browser.open({ path: '/dashboard/logs?q=needle&level=ERROR' });
  await page.locator('.log-line').nth(3).waitFor();
  /** @param {string} action */
  const download = async (action) => {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click(`[data-action=${action}]`)]);
    return readFileSync(await saved.path(), 'utf8')
      .trimEnd()
      .split('\n');
  };
  const text = await download('save-text');
  assert.equal(text.length, 4);
  assert.match(text[0], /ERROR +worker-001 Service\.app: needle in a haystack/);
  const entries = (await download('save-json')).map((line) => JSON.parse(line));
  assert.deepEqual(
    entries.map((entry) => entry.level),
    Array(4).fill('ERROR'),
  );
  await page.context().close();
});

test('older_lines_load_as_one_scrolls_up', async () => {
  for (const worker of simulator.workers) await simulator.log(worker, worker.entries(200));
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line').first().waitFor();
  const height = () => page.locator('.log-scroller').evaluate((element) => element.scrollHeight);
  const before = await height();
  await waitFor(
    async () => {
      await page.locator('.log-scroller').evaluate((element) => element.scrollTo(0, 0));
      return (await page.locator('.log-top').innerText()) === 'Start of the stored log';
    },
    { what: 'the beginning of the log' },
  );
  assert.ok((await height()) > before);
  await page.context().close();
});

test('ten_thousand_lines_are_held_in_a_page_of_a_few', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line').first().waitFor();
  for (let round = 0; round < 5; round++) {
    await Promise.all(simulator.workers.map((worker) => simulator.log(worker, worker.entries(200))));
  }
  const total = async () =>
    Math.round((await page.locator('.log-scroller').evaluate((element) => element.scrollHeight)) / 24);
  await waitFor(async () => (await total()) >= 10_000 && (await total()) < 10_100, { what: '10,000 lines' });
  await waitFor(async () => (await page.locator('.log-line').count()) < 120, { what: 'few of them to be drawn' });
  await page.context().close();
  // The tests below stop parts of the coordinator.
  simulator.stop();
  assert.equal(simulator.failures, 0, String(simulator.lastFailure));
});

/** What is lost, and how it comes back. @type {{[what: string]: {cut: (page: import('playwright-core').Page) => Promise<unknown>, mend: (page: import('playwright-core').Page) => Promise<unknown>}}} */
const LOSSES = {
  relay: {
    cut: () => stack.relay.kill(),
    mend: async () => stack.relay.start(),
  },
  database: {
    cut: () => stack.redis.stop(),
    mend: async () => stack.redis.start(),
  },
  network: {
    async cut(page) {
      await page.context().setOffline(true);
      await stack.nginx.stop();
    },
    async mend(page) {
      stack.nginx.start();
      await stack.ready();
      await page.context().setOffline(false);
    },
  },
};

for (const [what, { cut, mend }] of Object.entries(LOSSES)) {
  test(`no_line_is_missing_and_none_is_twice_after_the_${what}_was_away`, async () => {
    const text = `counted-${what}`;
    const page = await browser.open({ path: `/dashboard/logs?q=${text}` });
    write(20, 'INFO', text);
    await page.locator('.log-line').nth(19).waitFor();
    await cut(page);
    await page.locator('.banner:visible').waitFor();
    write(20, 'INFO', text);
    await mend(page);
    await live(page);
    write(20, 'INFO', text);
    const last = page.locator('.log-message', { hasText: new RegExp(`${text} ${written}$`) });
    await last.waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('[data-action=save-json]')]);
    const seen = readFileSync(await saved.path(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => Number(JSON.parse(line).message.match(/\d+$/)[0]));
    assert.deepEqual(
      seen,
      Array.from({ length: 60 }, (_, index) => written - 59 + index),
    );
    await page.context().close();
  });
}

test('the_log_jumps_to_a_moment', async () => {
  const page = await browser.open({ path: '/dashboard/logs?node=worker-001' });
  await page.locator('.log-line').first().waitFor();
  await page.fill('.log-jump', '2020-01-01T00:00:01');
  await page.locator('.log-line', { hasText: 'the disk is slow' }).waitFor();
  await page.locator('[data-action=pause][aria-pressed=true]').waitFor();
  await page.context().close();
});

test('on_a_phone_every_filter_is_in_reach', async () => {
  const page = await browser.open({ path: '/dashboard/logs', viewport: { width: 390, height: 844 } });
  await page.locator('input[name=logger_name]').waitFor({ state: 'hidden' });
  await page.click('[data-action=more]');
  await page.fill('input[name=logger_name]', 'service.app');
  await page.locator('.log-jump').waitFor();
  await waitFor(() => /logger=service.app/.test(page.url()), { what: 'the filter in the address' });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await page.reload();
  await live(page);
  await page.locator('input[name=logger_name]:visible').waitFor();
  await page.context().close();
});

test('the_whole_history_is_read_from_a_moment_on_without_a_gap', async () => {
  const viewer = await stack.user('viewer');
  const search = 'order=oldest&limit=1000';
  const all = /** @type {number[]} */ ([]);
  for (let page = [{ seq: 0 }]; page.length > 0; ) {
    page = (await viewer.get(`/api/logs?${search}&after=${all.at(-1) ?? 0}`)).json.logs;
    all.push(...page.map(({ seq }) => seq));
  }
  assert.ok(all.length > 12_000, 'more than a page holds');

  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line').first().waitFor();
  await page.fill('.log-jump', '2020-01-01T00:00:01');
  await page.locator(`.log-line[data-seq="${all[0]}"]`).waitFor();
  await page.getByText('To the newest lines').waitFor();
  const scroll = (/** @type {number} */ to) =>
    page.locator('.log-scroller').evaluate((element, top) => element.scrollTo(0, top), to);
  await waitFor(
    async () => {
      await scroll(1e9);
      return (await page.locator('[data-action=pause]').getAttribute('aria-pressed')) === 'false';
    },
    { what: 'the end of the log', deadline: 60_000 },
  );
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('[data-action=save-json]')]);
  const taken = readFileSync(await saved.path(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).seq);
  assert.deepEqual(
    taken.sort((a, b) => a - b),
    all,
    'all of it, though the page holds 10,000 lines',
  );

  write(1, 'INFO', 'after all of it');
  await page.locator('.log-line', { hasText: 'after all of it' }).waitFor();
  await waitFor(
    async () => {
      await scroll(0);
      return (await page.locator(`.log-line[data-seq="${all[0]}"]`).count()) === 1;
    },
    { what: 'the beginning, read backwards', deadline: 60_000 },
  );
  await page.click('.log-new');
  await page.locator('.log-line', { hasText: 'after all of it' }).waitFor();
  await page.context().close();
});

test('an_operator_clears_a_nodes_log', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/logs?node=worker-001' });
  await page.locator('.log-line').first().waitFor();
  await page.click('[data-action=clear]');
  await page.click('dialog button[value=yes]');
  await page.getByText('No lines').waitFor();
  await page.context().close();
});
