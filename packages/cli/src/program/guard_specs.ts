/** What `mintmark guard` can do. @module */
import { Option } from 'commander'
import type { Spec } from '../process/command.ts'

const json = (): Option =>
  new Option('--json', 'the address, too, as a JSON line on standard output')

export const GUARD_COMMANDS: readonly Spec[] = [
  {
    usage: 'serve',
    summary: 'Answer introspection and proxies: recorded tokens alone are let in',
    example: 'mintmark guard serve --config guard.json',
    options: [
      new Option('--config <FILE>', 'who issues, who asks, and the policies').makeOptionMandatory(),
      json(),
    ],
    load: async () => (await import('../commands/guard/guard_serve.ts')).guardServe,
  },
  {
    usage: 'sign',
    summary: 'Sign over HTTP for a provider, once what is to be signed is recorded',
    example: 'mintmark guard sign --config signer.json',
    options: [
      new Option('--config <FILE>', 'the keys, the ledger, and who may ask').makeOptionMandatory(),
      json(),
    ],
    load: async () => (await import('../commands/guard/guard_sign.ts')).guardSign,
  },
]
