//! What stands in a transcript where JSON could stand: JSON itself, `$name` for
//! a value that has a name, a kind such as `time` instead of a value, and `...`
//! for "and more". What is said is filled in, what is heard is compared.

import { isDeepStrictEqual } from 'node:util';

/**
 * @typedef {{ source: string } & (
 *   | { kind: 'literal', value: unknown }
 *   | { kind: 'name', name: string }
 *   | { kind: 'type', type: string, containing?: string }
 *   | { kind: 'object', fields: { key: string, pattern: Pattern }[], more: boolean }
 *   | { kind: 'list', items: Pattern[], more: boolean, ordered: boolean }
 * )} Pattern
 * @typedef {Map<string, unknown>} Values what the names stand for
 */

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** @type {Record<string, (value: any) => boolean>} */
const TYPES = {
  '*': () => true,
  text: (it) => typeof it === 'string' && it !== '',
  time: (it) => typeof it === 'string' && TIME.test(it),
  number: (it) => typeof it === 'number',
  bool: (it) => typeof it === 'boolean',
  object: (it) => typeof it === 'object' && it !== null && !Array.isArray(it),
  list: (it) => Array.isArray(it),
};

/** Reads a line from left to right. */
export class Reader {
  #at = 0;

  constructor(/** @type {string} */ text) {
    this.text = text;
  }

  /** Takes what `expression` matches here, past white space; null if nothing does. */
  take(/** @type {RegExp} */ expression) {
    const here = new RegExp(`\\s*${expression.source}`, 'y');
    here.lastIndex = this.#at;
    const match = here.exec(this.text);
    if (match) this.#at = here.lastIndex;
    return match;
  }

  /**
   * Takes a value or a pattern, if one stands here.
   * @returns {Pattern | undefined}
   */
  maybePattern() {
    const start = this.#at;
    const read = this.#literal() ?? this.#name() ?? this.#type() ?? this.#object() ?? this.#list();
    if (read === undefined) return undefined;
    return /** @type {Pattern} */ ({ ...read, source: this.text.slice(start, this.#at).trim() });
  }

  /**
   * Takes a value or a pattern.
   * @returns {Pattern}
   */
  pattern() {
    const pattern = this.maybePattern();
    if (pattern === undefined) throw this.#misunderstood('a value');
    return pattern;
  }

  /** Makes sure that nothing is left. */
  end() {
    if (this.#at < this.text.trimEnd().length) throw this.#misunderstood('the end of the line');
  }

  #literal() {
    const word = this.take(/("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true\b|false\b|null\b)/);
    return word ? { kind: 'literal', value: JSON.parse(word[1]) } : undefined;
  }

  #name() {
    const word = this.take(/\$(\w+)/);
    return word ? { kind: 'name', name: word[1] } : undefined;
  }

  #type() {
    const containing = this.take(/text\("([^"]*)"\)/);
    if (containing) return { kind: 'type', type: 'text', containing: containing[1] };
    const word = this.take(/(\*|text\b|time\b|number\b|bool\b|object\b|list\b)/);
    return word ? { kind: 'type', type: word[1] } : undefined;
  }

  #object() {
    if (!this.take(/\{/)) return undefined;
    const { items: fields, more } = this.#items(/\}/, () => {
      const key = this.take(/("(?:[^"\\]|\\.)*")\s*:/);
      if (!key) throw this.#misunderstood('a key');
      return { key: String(JSON.parse(key[1])), pattern: this.pattern() };
    });
    return { kind: 'object', fields, more };
  }

  #list() {
    const opening = this.take(/(unordered\s*)?\[/);
    if (!opening) return undefined;
    return { kind: 'list', ...this.#items(/\]/, () => this.pattern()), ordered: !opening[1] };
  }

  /**
   * @template T
   * @param {RegExp} close
   * @param {() => T} item
   */
  #items(close, item) {
    /** @type {T[]} */
    const items = [];
    let more = false;
    while (!this.take(close)) {
      if (more) throw this.#misunderstood('the end after ...');
      if (items.length > 0 && !this.take(/,/)) throw this.#misunderstood('a comma');
      if (this.take(/\.\.\./)) more = true;
      else items.push(item());
    }
    return { items, more };
  }

  #misunderstood(/** @type {string} */ expected) {
    return new Error(`expected ${expected} at "${this.text.slice(this.#at).trim()}"`);
  }
}

/**
 * The JSON that `pattern` stands for.
 * @param {Pattern} pattern
 * @param {Values} values
 * @returns {any}
 */
export function fill(pattern, values) {
  switch (pattern.kind) {
    case 'literal':
      return pattern.value;
    case 'name':
      if (!values.has(pattern.name)) throw new Error(`nothing is called $${pattern.name} yet`);
      return values.get(pattern.name);
    case 'object':
      return Object.fromEntries(pattern.fields.map((it) => [it.key, fill(it.pattern, values)]));
    case 'list':
      return pattern.items.map((it) => fill(it, values));
    case 'type':
      throw new Error(`${pattern.source} says what kind of value it is, not which`);
  }
}

/** A path or a text with the names in it replaced by what they stand for. */
export function fillText(/** @type {string} */ text, /** @type {Values} */ values) {
  return text.replaceAll(/\$(\w+)/g, (_, name) => {
    if (!values.has(name)) throw new Error(`nothing is called $${name} yet`);
    return String(values.get(name));
  });
}

/**
 * Why `actual` is not what `pattern` says, in words, or undefined if it is. A
 * name that stands for nothing yet stands for what is found here from now on.
 * @param {Pattern} pattern
 * @param {unknown} actual
 * @param {Values} values
 * @param {string} [place]
 * @returns {string | undefined}
 */
export function mismatch(pattern, actual, values, place = 'body') {
  const wrong = () => `${place} is ${JSON.stringify(actual)}, not ${pattern.source}`;
  switch (pattern.kind) {
    case 'literal':
      return isDeepStrictEqual(actual, pattern.value) ? undefined : wrong();
    case 'name':
      if (actual === undefined) return wrong();
      if (!values.has(pattern.name)) values.set(pattern.name, actual);
      if (isDeepStrictEqual(actual, values.get(pattern.name))) return undefined;
      return `${wrong()} (${JSON.stringify(values.get(pattern.name))})`;
    case 'type':
      return isOfType(pattern, actual) ? undefined : wrong();
    case 'object':
      return TYPES.object(actual) ? objectMismatch(pattern, /** @type {any} */ (actual), values, place) : wrong();
    case 'list':
      return Array.isArray(actual) ? listMismatch(pattern, actual, values, place) : wrong();
  }
}

/**
 * @param {Extract<Pattern, { kind: 'type' }>} pattern
 * @param {any} actual
 */
function isOfType({ type, containing = '' }, actual) {
  if (actual === undefined || !TYPES[type](actual)) return false;
  return containing === '' || actual.toLowerCase().includes(containing.toLowerCase());
}

/**
 * @param {Extract<Pattern, { kind: 'object' }>} pattern
 * @param {Record<string, unknown>} actual
 * @param {Values} values
 * @param {string} place
 */
function objectMismatch({ fields, more }, actual, values, place) {
  const known = fields.map((it) => it.key);
  const surplus = Object.keys(actual).filter((it) => !known.includes(it));
  for (const { key, pattern } of fields) {
    if (!(key in actual)) return `${place} has no ${key}: ${JSON.stringify(actual)}`;
    const wrong = mismatch(pattern, actual[key], values, `${place}.${key}`);
    if (wrong) return wrong;
  }
  return more || surplus.length === 0 ? undefined : `${place} has ${surplus.join(', ')} besides`;
}

/**
 * @param {Extract<Pattern, { kind: 'list' }>} pattern
 * @param {unknown[]} actual
 * @param {Values} values
 * @param {string} place
 */
function listMismatch({ items, more, ordered, source }, actual, values, place) {
  const left = [...actual];
  for (const [number, item] of items.entries()) {
    const found = ordered ? 0 : left.findIndex((it) => !mismatch(item, it, new Map(values)));
    if (found < 0 || left.length === 0) return `${place} lacks ${item.source}: ${JSON.stringify(actual)}`;
    const wrong = mismatch(item, left.splice(found, 1)[0], values, `${place}[${number}]`);
    if (wrong) return wrong;
  }
  const enough = more || left.length === 0;
  return enough ? undefined : `${place} is ${JSON.stringify(actual)}, longer than ${source}`;
}
