//! Who is signed in in this tab, and the token that proves it.
//!
//! Kept per tab, so that two tabs can be two people.

import { HousecallError } from '@housecall/client';
import * as rest from '../rest';

/** Refreshed this long before it expires, in milliseconds: a request under
 *  way should not meet an expired token. */
const EARLY = 30_000;

/** Where the session of somebody with an account is kept. */
const KEY = 'housecall.session';

const SESSION_OVER = 'You were signed out because your session expired. Please sign in again.';

/** What a tab knows. */
export interface SignedIn {
  session: rest.Session;
  /** When the access token expires, in milliseconds since 1970. */
  expiresAt: number;
}

/** What there is to show. */
export interface SessionState {
  signedIn: SignedIn | null;
  /** Why nobody is signed in, if there is a reason to tell. */
  notice: string | null;
}

type Listener = () => void;

/** Holds the session of this tab and keeps its token fresh. */
export class SessionStore {
  #state: SessionState;
  #refreshing: Promise<string> | null = null;
  readonly #storage: Storage;
  readonly #key: string;
  readonly #now: () => number;
  readonly #listeners = new Set<Listener>();

  /** Guests have a `key` of their own, beside the session of somebody with an account. */
  constructor(storage: Storage = sessionStorage, now: () => number = Date.now, key = KEY) {
    this.#storage = storage;
    this.#key = key;
    this.#now = now;
    const text = storage.getItem(key);
    this.#state = { signedIn: text === null ? null : (JSON.parse(text) as SignedIn), notice: null };
  }

  readonly getSnapshot = (): SessionState => this.#state;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Somebody signed in, or their session was renewed. */
  readonly accept = (session: rest.Session): void => {
    const expiresAt = this.#now() + session.expiresIn * 1_000;
    this.#set({ signedIn: { session, expiresAt }, notice: null });
  };

  /** A token that is good for a while. */
  readonly token = async ({ refresh = false } = {}): Promise<string> => {
    const { signedIn } = this.#state;
    if (signedIn === null) throw this.#over();
    const fresh = signedIn.expiresAt - EARLY > this.#now();
    return fresh && !refresh ? signedIn.session.accessToken : this.#refreshOnce(signedIn);
  };

  /** Runs `request` with a token; once more with a new one if that had expired. */
  readonly withToken = async <T>(request: (token: string) => Promise<T>): Promise<T> => {
    try {
      return await request(await this.token());
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      return request(await this.token({ refresh: true }));
    }
  };

  /** Signs out, here and on the server. */
  readonly signOut = async (): Promise<void> => {
    const { signedIn } = this.#state;
    this.#set({ signedIn: null, notice: null });
    // Out is out on this device, whether or not the server can be told.
    if (signedIn) await rest.signOut(signedIn.session.refreshToken).catch(() => undefined);
  };

  /** The server does not accept this session any more. */
  readonly expire = (sentence = SESSION_OVER): void => {
    this.#set({ signedIn: null, notice: sentence });
  };

  /** A refresh token works once, so everybody waits for the same refresh. */
  #refreshOnce(signedIn: SignedIn): Promise<string> {
    this.#refreshing ??= this.#refresh(signedIn).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh({ session }: SignedIn): Promise<string> {
    try {
      const renewed = await rest.refresh(session.refreshToken);
      // Where a guest may come is told once, when they come.
      this.accept({ ...session, ...renewed });
      return renewed.accessToken;
    } catch (error) {
      if (HousecallError.from(error).reason === 'unreachable') throw error;
      this.expire();
      throw this.#over();
    }
  }

  #over(): HousecallError {
    return HousecallError.refused({ code: 'token_expired', message: SESSION_OVER });
  }

  #set(state: SessionState): void {
    this.#state = state;
    if (state.signedIn === null) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify(state.signedIn));
    for (const listener of [...this.#listeners]) listener();
  }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof HousecallError && error.reason === 'signed-out';
}
