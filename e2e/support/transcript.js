//! Reads golden conversations. The format is described in
//! transcripts/README.md.

import { readFileSync, readdirSync } from 'node:fs';
import { Reader } from './transcript-values.js';

/** @typedef {import('./transcript-values.js').Pattern} Pattern */

/**
 * @typedef {{ line: number, source: string } & (
 *   | { verb: 'define', name: string, value: Pattern }
 *   | { verb: 'arrange', name: string, patient: string, provider: string }
 *   | { verb: 'found', name: string, host: string, isPrivate: boolean }
 *   | { verb: 'connect', who: string, namespace: string, auth?: Pattern, refused?: Pattern }
 *   | { verb: 'say', who: string, word: string, body?: Pattern, ack?: Pattern, inVain: boolean }
 *   | { verb: 'hear', who: string, word: string, body?: Pattern }
 *   | { verb: 'hear nothing', who: string, milliseconds: number }
 *   | { verb: 'ignore', who: string, words: string[] }
 *   | { verb: 'request', who: string, method: string, path: string, body?: Pattern, status: number, answer?: Pattern }
 *   | { verb: 'go', who: string, how: 'disconnects' | 'closes the page' | 'loses the connection' }
 *   | { verb: 'come back', who: string }
 *   | { verb: 'be disconnected', who: string }
 *   | { verb: 'restart' }
 *   | { verb: 'wait', milliseconds: number }
 * )} Step
 * @typedef {{
 *   title: string, people: { id: string, role: string }[], env: Record<string, string>, steps: Step[],
 * }} Story
 */

/** Where the transcripts are. */
export const TRANSCRIPTS = new URL('../../transcripts/', import.meta.url);

/** Where every story is: its dialect and its name. */
export function allStories() {
  const folders = readdirSync(TRANSCRIPTS, { withFileTypes: true }).filter((it) => it.isDirectory());
  return folders.map((it) => it.name).sort().flatMap((dialect) => storiesOf(dialect));
}

function storiesOf(/** @type {string} */ dialect) {
  const files = readdirSync(new URL(`${dialect}/`, TRANSCRIPTS)).filter((it) => it.endsWith('.txt'));
  return files.sort().map((it) => ({ dialect, name: it.replace(/\.txt$/, '') }));
}

/** The text of a story. */
export function storyText({ dialect = '', name = '' }) {
  return readFileSync(new URL(`${dialect}/${name}.txt`, TRANSCRIPTS), 'utf8');
}

/**
 * A story from its text.
 * @returns {Story}
 */
export function readStory(/** @type {string} */ text) {
  const title = /^(?:#.*\n)+/.exec(text)?.[0].replaceAll(/^# ?/gm, '').replaceAll('\n', ' ').trim();
  if (!title) throw new Error('a story begins with a comment that says what it shows');
  /** @type {Story} */
  const story = { title, people: [], env: {}, steps: [] };
  for (const { line, source } of statements(text)) {
    const [, key, value] = /^(people|env):(.*)$/.exec(source) ?? [];
    if (key === 'people') story.people.push(...value.split(',').map(person));
    else if (key === 'env') Object.assign(story.env, Object.fromEntries(words(value).map(variable)));
    else story.steps.push(readStep(source, line));
  }
  return story;
}

/** Lines without comments; an indented line goes on with the one before it. */
function statements(/** @type {string} */ text) {
  /** @type {{ line: number, source: string }[]} */
  const found = [];
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const last = found.at(-1);
    if (/^\s/.test(line) && last) last.source += ` ${line.trim()}`;
    else found.push({ line: place + 1, source: line.trim() });
  }
  return found;
}

function words(/** @type {string} */ text) {
  return text.trim().split(/\s+/);
}

function person(/** @type {string} */ text) {
  const [role, id, ...more] = words(text);
  if (!id || more.length > 0) throw new Error(`"${text.trim()}" is not a role and a name`);
  return { role, id };
}

function variable(/** @type {string} */ text) {
  const [, name, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
  if (!name) throw new Error(`"${text}" is not a variable and its value`);
  return [name, value];
}

const WHO = /([\w-]+(?:@[\w-]+)?)/.source;

/**
 * How steps begin, and how they go on.
 * @type {[RegExp, (found: string[], reader: Reader) => object][]}
 */
const STEPS = [
  [/\$(\w+) =/, ([name], reader) => ({ verb: 'define', name, value: reader.pattern() })],
  [
    /appointment: \$(\w+) of ([\w-]+) with ([\w-]+)/,
    ([name, patient, provider]) => ({ verb: 'arrange', name, patient, provider }),
  ],
  [
    /(private )?meeting: \$(\w+) of ([\w-]+)/,
    ([isPrivate, name, host]) => ({ verb: 'found', name, host, isPrivate: Boolean(isPrivate) }),
  ],
  [/house restarts/, () => ({ verb: 'restart' })],
  [/wait (\d+)ms/, ([time]) => ({ verb: 'wait', milliseconds: Number(time) })],
  [
    new RegExp(`${WHO} connects (/\\S*)`),
    ([who, namespace], reader) => {
      const auth = reader.maybePattern();
      return { verb: 'connect', who, namespace, auth, refused: after(reader, /-> refused/) };
    },
  ],
  [
    new RegExp(`${WHO} says (\\S+)`),
    ([who, word], reader) => {
      const [body, ack] = [reader.maybePattern(), after(reader, /->/)];
      return { verb: 'say', who, word, body, ack, inVain: Boolean(reader.take(/in vain/)) };
    },
  ],
  [
    new RegExp(`${WHO} hears nothing(?: for (\\d+)ms)?`),
    ([who, time]) => ({ verb: 'hear nothing', who, milliseconds: Number(time ?? 0) }),
  ],
  [
    new RegExp(`${WHO} hears (\\S+)`),
    ([who, word], reader) => ({ verb: 'hear', who, word, body: reader.maybePattern() }),
  ],
  [
    new RegExp(`${WHO} ignores ([^\\s,]+(?:, [^\\s,]+)*)`),
    ([who, list]) => ({ verb: 'ignore', who, words: list.split(', ') }),
  ],
  [
    new RegExp(`${WHO} (GET|POST|PUT|PATCH|DELETE) (/\\S*)`),
    ([who, method, path], reader) => {
      const body = reader.maybePattern();
      return { verb: 'request', who, method, path, body, ...answer(reader) };
    },
  ],
  [
    new RegExp(`${WHO} (disconnects|closes the page|loses the connection)`),
    ([who, how]) => ({ verb: 'go', who, how }),
  ],
  [new RegExp(`${WHO} comes back`), ([who]) => ({ verb: 'come back', who })],
  [new RegExp(`${WHO} is disconnected`), ([who]) => ({ verb: 'be disconnected', who })],
];

/**
 * One step from its text.
 * @returns {Step}
 */
export function readStep(/** @type {string} */ source, line = 0) {
  try {
    const reader = new Reader(source);
    for (const [beginning, rest] of STEPS) {
      const found = reader.take(beginning);
      if (!found) continue;
      const step = rest(found.slice(1), reader);
      reader.end();
      return /** @type {Step} */ ({ line, source, ...step });
    }
    throw new Error('this is no step');
  } catch (error) {
    throw new Error(`line ${line}: ${source}\n${/** @type {Error} */ (error).message}`);
  }
}

/** The pattern behind `mark`, if the mark is there. */
function after(/** @type {Reader} */ reader, /** @type {RegExp} */ mark) {
  return reader.take(mark) ? reader.pattern() : undefined;
}

function answer(/** @type {Reader} */ reader) {
  const status = reader.take(/-> (\d{3})\b/);
  if (!status) throw new Error('a request names the status it is answered with: -> 200');
  return { status: Number(status[1]), answer: reader.maybePattern() };
}
