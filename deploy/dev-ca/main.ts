/** `npm run dev-ca`: certificates to try the mesh with, never to run one with. */
import { Command } from 'commander';
import { writeCertificates } from './write-certificates.ts';

const command = new Command('npm run dev-ca --')
  .description(
    'Makes an authority for development and a certificate for each role, or new certificates by the same authority.',
  )
  .option('--out <folder>', 'where they are written', '.cache/tls')
  .option('--name <names...>', 'more DNS names or IP addresses that they hold for')
  .option('--new-authority', 'make a new authority, too: what the old one signed holds no longer', false)
  .allowExcessArguments(false);
const {
  out,
  name = [],
  newAuthority,
} = command.parse().opts<{ out: string; name?: string[]; newAuthority: boolean }>();

const { isNew } = await writeCertificates(out, { names: name, fresh: newAuthority });
console.log(`
  ${isNew ? 'a new authority and' : 'by the authority that was there,'} a certificate for each role: ${out}
  run the mesh with them   DEEPXRAY_TLS_FOLDER=${out} npm start
  ask it                   curl --cacert ${out}/ca.pem https://localhost:8080/readyz
`);
