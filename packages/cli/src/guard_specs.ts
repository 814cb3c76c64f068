/** What `mintmark guard` can do. @module */
import { Option } from 'commander'
import type { Spec } from './program.ts'

export const GUARD_COMMANDS: readonly Spec[] = [
  {
    usage: 'serve',
    summary: 'Answer introspection and proxies: recorded tokens alone are let in',
    example: 'mintmark guard serve --config guard.json',
    options: [
      new Option('--config <FILE>', 'who issues, who asks, and the policies').makeOptionMandatory(),
    ],
    load: async () => (await import('./commands/guard_serve.ts')).guardServe,
  },
]
