//! What is captured and not yet acknowledged, kept so that a reload, a crash or a
//! lost connection loses none of it.
//!
//! Each piece is a file in the browser's own file system, in the folder of its
//! recording, in the folder of its user; its name says all there is to know of it.

/** What is known of a piece. Times are milliseconds since its part began. */
export interface Head {
  part: number;
  at: number;
  length: number;
  /** How large it is. */
  bytes: number;
}

/** Where files are kept; `undefined` in browsers that have no such place. */
export type Root = () => Promise<FileSystemDirectoryHandle | undefined>;

/** The browser's own file system (WHATWG File System, section 3). */
export const browserRoot: Root = async () => globalThis.navigator?.storage?.getDirectory?.();

const PLACE = ['housecall', 'recordings'];

/** One user's pieces, by recording. */
export class Spool {
  readonly #folder: FileSystemDirectoryHandle | undefined;
  /** What could not be written, because there is no place for it or it is full. */
  readonly #memory = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();

  private constructor(folder: FileSystemDirectoryHandle | undefined) {
    this.#folder = folder;
  }

  /** What this user left here. */
  static async of(user: string, root: Root = browserRoot): Promise<Spool> {
    try {
      let folder = await root();
      for (const name of [...PLACE, encodeURIComponent(user)]) {
        folder = await folder?.getDirectoryHandle(name, { create: true });
      }
      return new Spool(folder);
    } catch {
      // Private windows have no place for files.
      return new Spool(undefined);
    }
  }

  /** The recordings of which there is something, or was, and that are not forgotten. */
  async recordings(): Promise<string[]> {
    const kept = this.#folder === undefined ? [] : await namesIn(this.#folder);
    return [...new Set([...kept.map(decodeURIComponent), ...this.#memory.keys()])];
  }

  /** What is kept of a recording, in the order it happened. */
  async list(recording: string): Promise<Head[]> {
    const folder = await this.#folderOf(recording);
    const kept = folder === undefined ? [] : await namesIn(folder);
    const names = new Set([...kept, ...(this.#memory.get(recording)?.keys() ?? [])]);
    return [...names].flatMap((it) => headOf(it) ?? []).sort(byTime);
  }

  /** Keeps a piece. */
  async write(recording: string, head: Head, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      const folder = await this.#folderOf(recording, true);
      const file = await folder?.getFileHandle(nameOf(head), { create: true });
      const writable = await file?.createWritable();
      await writable?.write(bytes);
      await writable?.close();
      if (writable !== undefined) return;
    } catch {
      // The disk is full, or this browser only reads: better here than nowhere.
    }
    const pieces = this.#memory.get(recording) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    this.#memory.set(recording, pieces.set(nameOf(head), bytes));
  }

  /** A piece, if it is whole. */
  async read(recording: string, head: Head): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const kept = this.#memory.get(recording)?.get(nameOf(head));
    if (kept !== undefined) return kept;
    try {
      const folder = await this.#folderOf(recording);
      const file = await (await folder?.getFileHandle(nameOf(head)))?.getFile();
      const bytes = new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0));
      return bytes.length === head.bytes ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a piece no longer: it is safe elsewhere, or may not be kept. */
  async drop(recording: string, head: Head): Promise<void> {
    this.#memory.get(recording)?.delete(nameOf(head));
    const folder = await this.#folderOf(recording);
    await folder?.removeEntry(nameOf(head)).catch(() => undefined);
  }

  /** Keeps nothing of a recording any more. */
  async forget(recording: string): Promise<void> {
    this.#memory.delete(recording);
    const name = encodeURIComponent(recording);
    await this.#folder?.removeEntry(name, { recursive: true }).catch(() => undefined);
  }

  async #folderOf(recording: string, create = false) {
    const name = encodeURIComponent(recording);
    return this.#folder?.getDirectoryHandle(name, { create }).catch(() => undefined);
  }
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

function nameOf({ part, at, length, bytes }: Head): string {
  return `${part}-${at}-${length}-${bytes}`;
}

function headOf(name: string): Head | undefined {
  const numbers = /^(\d+)-(\d+)-(\d+)-(\d+)$/.exec(name)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [part = 0, at = 0, length = 0, bytes = 0] = numbers;
  return { part, at, length, bytes };
}

/** Which of two pieces was first. */
export function byTime(one: Head, other: Head): number {
  return one.part - other.part || one.at - other.at;
}
