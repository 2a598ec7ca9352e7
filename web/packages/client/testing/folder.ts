//! The browser's own file system, which outlives the page of a test.

/** Speaks the part of `FileSystemDirectoryHandle` that is used here. */
export class FakeFolder {
  readonly #folders = new Map<string, FakeFolder>();
  readonly #files = new Map<string, FakeFile>();
  /** Nothing can be written any more. */
  isFull = false;

  /** As the browser's type, and as a page asks for it. */
  readonly root = async (): Promise<FileSystemDirectoryHandle> =>
    this as unknown as FileSystemDirectoryHandle;

  /** Every file below, by its path. */
  get paths(): string[] {
    const below = [...this.#folders].flatMap(([name, it]) => it.paths.map((path) => `${name}/${path}`));
    return [...below, ...this.#files.keys()];
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    if (!create) throw new DOMException('no such folder', 'NotFoundError');
    const folder = new FakeFolder();
    this.#folders.set(name, folder);
    return folder;
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<FakeFile> {
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    const file = this.#files.get(name);
    if (file !== undefined) return file;
    if (!create) throw new DOMException('no such file', 'NotFoundError');
    const fresh = new FakeFile();
    this.#files.set(name, fresh);
    return fresh;
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.#files.delete(name) && !this.#folders.delete(name)) {
      throw new DOMException('no such entry', 'NotFoundError');
    }
  }

  async *keys(): AsyncIterableIterator<string> {
    yield* [...this.#folders.keys(), ...this.#files.keys()];
  }

  /** Fills this folder and all below. */
  fill(): void {
    this.isFull = true;
    for (const folder of this.#folders.values()) folder.fill();
  }
}

/** What was written is there once it is closed. */
class FakeFile {
  #bytes = new Uint8Array();

  async getFile(): Promise<Blob> {
    return new Blob([this.#bytes]);
  }

  async createWritable() {
    let written = new Uint8Array();
    return {
      write: async (bytes: Uint8Array<ArrayBuffer>) => void (written = bytes),
      close: async () => void (this.#bytes = written),
    };
  }
}
