/** What `mintmark guard` can do. @module */
import type { Spec } from '../process/command.ts'
import { required } from './spec_options.ts'

const ADDRESS_TOO = '--json  also print the address, as a JSON line on standard output'

export const GUARD_COMMANDS: readonly Spec[] = [
  {
    usage: 'serve',
    summary: 'Answer introspection and proxies: only recorded tokens are accepted',
    example: 'mintmark guard serve --config guard.json',
    options: [required('--config <FILE>  issuers, callers and policies'), ADDRESS_TOO],
    load: async () => (await import('../commands/guard/guard_serve.ts')).guardServe,
  },
  {
    usage: 'sign',
    summary: 'Sign over HTTP for a provider, after the token is recorded',
    example: 'mintmark guard sign --config signer.json',
    options: [required('--config <FILE>  the keys, the ledger and the callers'), ADDRESS_TOO],
    load: async () => (await import('../commands/guard/guard_serve.ts')).guardSign,
  },
]
