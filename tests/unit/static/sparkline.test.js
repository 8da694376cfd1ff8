// Goal: a value that was not measured is no 0 in the small charts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { outline } from '../../../static/js/sparkline.js';

test('the_line_passes_over_what_was_not_measured', () => {
  assert.equal(outline([100, null, 100]), '0.0,1.0 100.0,1.0');
  assert.equal(outline([null, null]), '');
});
