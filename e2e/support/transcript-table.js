//! Which transcripts prove which event. The list of all events is written by
//! hand (transcripts/events.json); what proves them is what was said and heard
//! when the transcripts were played.

import { readFileSync } from 'node:fs';
import { TRANSCRIPTS } from './transcript.js';

/**
 * @typedef {{
 *   says?: string, hears?: string, body: string, mark: 'seed' | 'original' | 'proposed' | 'own', type?: string,
 * }} Row an event: `body` in the notation of the documentation, `type` where the
 *   body has an event in it
 * @typedef {import('./transcript-player.js').Proof} Proof
 */

/** The stories named for an event; more would not tell more. */
const MOST_NAMED = 3;

/** Where our own vocabulary is spoken, and no other. */
const NATIVE = '/housecall';

/** All events, by dialect. */
export class EventList {
  /** The names of the stories that prove an event. @type {Map<Row, string[]>} */
  #proven = new Map();

  constructor() {
    /** @type {Record<string, { title: string, events: Row[] }>} */
    this.dialects = JSON.parse(readFileSync(new URL('events.json', TRANSCRIPTS), 'utf8'));
  }

  /**
   * Takes note of what a story said and heard. All of it must be in the list. Who
   * speaks our own vocabulary in a story of another proves nothing about either.
   */
  prove(/** @type {string} */ dialect, /** @type {string} */ story, /** @type {Proof[]} */ proofs) {
    for (const proof of proofs) {
      const spoken = proof.namespace === NATIVE ? 'native' : dialect;
      const row = this.dialects[spoken].events.find((it) => it[proof.direction] === proof.word && fits(it, proof.body));
      if (!row) {
        const what = `${proof.direction} ${proof.word} ${JSON.stringify(proof.body)}`;
        throw new Error(`transcripts/events.json has no event of ${spoken} like this: ${what}`);
      }
      const stories = this.#stories(row);
      if (spoken === dialect && !stories.includes(story)) this.#proven.set(row, [...stories, story]);
    }
  }

  /** The events no story proves. */
  unproven() {
    return Object.entries(this.dialects).flatMap(([dialect, { events }]) => {
      const left = events.filter((it) => this.#stories(it).length === 0);
      return left.map((it) => `${dialect}: ${it.says ? 'says' : 'hears'} ${title(it)} ${it.body}`);
    });
  }

  /** The tables, in Markdown. */
  markdown() {
    return Object.entries(this.dialects).map(([dialect, { title, events }]) => {
      const says = this.#table(dialect, 'client says', events.filter((it) => it.says));
      const hears = this.#table(dialect, 'server says', events.filter((it) => it.hears));
      return `## ${title}\n\n${says}\n${hears}`;
    }).join('\n');
  }

  #table(/** @type {string} */ dialect, /** @type {string} */ heading, /** @type {Row[]} */ rows) {
    const lines = rows.map((it) => `| ${title(it)} | ${code(it.body)} | ${it.mark} | ${this.#links(dialect, it)} |\n`);
    return `| ${heading} | body | from | proven by |\n|---|---|---|---|\n${lines.join('')}`;
  }

  #links(/** @type {string} */ dialect, /** @type {Row} */ row) {
    const stories = this.#stories(row);
    const named = stories.slice(0, MOST_NAMED);
    const links = named.map((it) => `[${it}](../transcripts/${dialect}/${it}.txt)`);
    const more = stories.length > MOST_NAMED ? [`${stories.length - MOST_NAMED} more`] : [];
    return [...links, ...more].join(', ') || '–';
  }

  #stories(/** @type {Row} */ row) {
    return this.#proven.get(row) ?? [];
  }
}

function title(/** @type {Row} */ { says, hears, type }) {
  return code(says ?? hears ?? '') + (type ? ` (${type})` : '');
}

function code(/** @type {string} */ text) {
  return `\`${text}\``;
}

/**
 * Whether the body of something said is the one an event has. Of objects the
 * names of the fields are compared; what is in them the stories say.
 * @param {Row} row
 * @param {any} body
 */
export function fits({ body: shape, type }, body) {
  if (shape === 'nothing') return body === undefined;
  if (shape === 'list') return Array.isArray(body);
  if (shape === 'text') return typeof body === 'string';
  if (shape === 'number') return typeof body === 'number';
  if (typeof body !== 'object' || body === null) return false;
  const fields = shape.slice(1, -1).split(',').map((it) => it.trim());
  const known = fields.map((it) => it.replace('?', ''));
  const needed = fields.filter((it) => !it.endsWith('?') && it !== '…');
  const all = needed.every((it) => it in body);
  const noOther = fields.includes('…') || Object.keys(body).every((it) => known.includes(it));
  return all && noOther && (type === undefined || body.event.type === type);
}
