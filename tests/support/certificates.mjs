// Certificates for one test, made by openssl.
//
//   const ca = makeAuthority(folder, 'ca');                                  // { certificate, key }, files of PEM
//   const server = makeCertificate(folder, 'db', { ca, names: 'DNS:db.example,IP:127.0.0.1' });
//   makeCertificate(folder, 'old', { ca, names: 'DNS:db.example', days: -1 });   // expired

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

const filesOf = (folder, name) => ({ certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) });

export function makeAuthority(folder, name) {
  const { certificate, key } = filesOf(folder, name);
  openssl('req', '-x509', ...newKey, '-keyout', key, '-out', certificate, '-subj', `/CN=${name}`, '-days', '2');
  return { certificate, key };
}

export function makeCertificate(folder, name, { ca, names, days = 2 }) {
  const { certificate, key } = filesOf(folder, name);
  const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
  openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
  writeFileSync(extensions, `subjectAltName = ${names}\n`);
  openssl('x509', '-req', '-in', request, '-CA', ca.certificate, '-CAkey', ca.key, '-CAcreateserial', '-out', certificate, '-extfile', extensions, '-days', String(days));
  return { certificate, key };
}
