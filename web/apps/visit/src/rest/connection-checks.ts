//! Tests of the own connection, kept for those one meets.

import type { KeptConnectionCheck, NewConnectionCheck } from '@housecall/client';
import { ask } from './ask';

/** `POST /api/connection-checks` */
export const keepConnectionCheck = (token: string, body: NewConnectionCheck) =>
  ask<KeptConnectionCheck>('/api/connection-checks', { token, body });
