//! Certificates nobody vouches for.

import { join } from 'node:path';
import { mustRun } from './programs.js';

/**
 * A certificate for an address, and its key; both files lie in the folder.
 * @param {string} folder
 * @param {string} address
 */
export async function makeCertificate(folder, address) {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await mustRun([
    'openssl', 'req', '-x509', '-nodes', '-days', '2',
    '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-subj', `/CN=${address}`, '-addext', `subjectAltName=IP:${address}`,
    '-keyout', key, '-out', certificate,
  ]);
  return { certificate, key };
}
