// The CPU time and memory of a process, from /proc: CPU to the nanosecond (schedstat), memory (smaps_rollup).

import { readFileSync, readdirSync } from 'node:fs';

/** CPU time in ms of all its threads that are alive. @param {number} pid */
export function cpuMs(pid) {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return ns / 1e6;
}

/** The process and everything below it. @param {number} pid @returns {number[]} */
export function family(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** @param {number} pid */
export const familyCpuMs = (pid) => family(pid).reduce((sum, member) => sum + cpuMs(member), 0);

/**
 * In KiB: all its memory; the same, but with only its share of pages that other processes use too; and the
 * memory that it has written itself, whoever else has its libraries loaded.
 * @param {number} pid
 */
export function memoryKib(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (/** @type {string} */ name) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return { resident: field('Rss'), share: field('Pss'), own: field('Anonymous') };
}
